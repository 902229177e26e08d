from django.db import migrations

MAKE = """
CREATE FUNCTION training_production_needs_approval() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.environment = 'prod' AND NEW.status = 'active' AND NOT EXISTS (
        SELECT 1 FROM training_modelversion WHERE id = NEW.model_id AND status = 'approved'
    ) THEN
        RAISE EXCEPTION 'a model that is not approved can not serve in production'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'deployment_in_production_is_approved';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER training_production_needs_approval
    BEFORE INSERT OR UPDATE OF environment, status, model_id ON training_deployment
    FOR EACH ROW EXECUTE FUNCTION training_production_needs_approval();
CREATE FUNCTION training_serving_stays_approved() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.status = 'approved' AND NEW.status <> 'approved' AND EXISTS (
        SELECT 1 FROM training_deployment WHERE model_id = NEW.id AND environment = 'prod' AND status = 'active'
    ) THEN
        RAISE EXCEPTION 'a model that serves in production stays approved'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'model_in_production_stays_approved';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER training_serving_stays_approved
    BEFORE UPDATE OF status ON training_modelversion
    FOR EACH ROW EXECUTE FUNCTION training_serving_stays_approved();
"""
UNDO = """
DROP TRIGGER training_serving_stays_approved ON training_modelversion;
DROP FUNCTION training_serving_stays_approved();
DROP TRIGGER training_production_needs_approval ON training_deployment;
DROP FUNCTION training_production_needs_approval();
"""


class Migration(migrations.Migration):
    """No code path, admin page or shell puts a model that nobody approved in front of patients' notes."""

    dependencies = [("training", "0003_pipelines")]

    operations = [migrations.RunSQL(MAKE, UNDO)]
