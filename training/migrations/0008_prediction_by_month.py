from datetime import date

from django.db import migrations

BY_MONTH = """
ALTER TABLE training_prediction RENAME TO training_prediction_whole;
CREATE TABLE training_prediction (LIKE training_prediction_whole) PARTITION BY RANGE (created_at);
CREATE SEQUENCE training_prediction_number OWNED BY training_prediction.id;
ALTER TABLE training_prediction
    ALTER COLUMN id SET DEFAULT nextval('training_prediction_number'),
    ADD PRIMARY KEY (id, created_at);
CREATE TABLE training_prediction_rest PARTITION OF training_prediction DEFAULT;
"""
MOVE = """
INSERT INTO training_prediction SELECT * FROM training_prediction_whole;
UPDATE training_prediction SET uid = gen_random_uuid();
SELECT setval('training_prediction_number', (SELECT max(id) FROM training_prediction_whole));
DROP TABLE training_prediction_whole;
CREATE INDEX prediction_of_note_by_model ON training_prediction (note_id, model_id);
CREATE INDEX prediction_of_model ON training_prediction (model_id, id DESC);
CREATE INDEX prediction_of_request ON training_prediction (request_id) WHERE request_id IS NOT NULL;
CREATE INDEX prediction_uid ON training_prediction (uid);
CREATE INDEX prediction_of_deployment ON training_prediction (deployment_id, created_at DESC);
CREATE INDEX training_prediction_client_id ON training_prediction (client_id);
ALTER TABLE training_prediction
    ADD FOREIGN KEY (model_id) REFERENCES training_modelversion (id) DEFERRABLE INITIALLY DEFERRED,
    ADD FOREIGN KEY (deployment_id) REFERENCES training_deployment (id) DEFERRABLE INITIALLY DEFERRED,
    ADD FOREIGN KEY (note_id) REFERENCES annotation_note (id) DEFERRABLE INITIALLY DEFERRED,
    ADD FOREIGN KEY (client_id) REFERENCES annotation_client (id) DEFERRABLE INITIALLY DEFERRED;
"""
# What reads nobody's answer needs nobody's approval: a shadow may be a version that still waits for it.
SHADOWS = """
CREATE OR REPLACE FUNCTION training_production_needs_approval() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.environment = 'prod' AND NEW.status = 'active' AND NEW.role <> 'shadow' AND NOT EXISTS (
        SELECT 1 FROM training_modelversion WHERE id = NEW.model_id AND status = 'approved'
    ) THEN
        RAISE EXCEPTION 'a model that is not approved can not serve in production'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'deployment_in_production_is_approved';
    END IF;
    RETURN NEW;
END $$;
DROP TRIGGER training_production_needs_approval ON training_deployment;
CREATE TRIGGER training_production_needs_approval
    BEFORE INSERT OR UPDATE OF environment, status, role, model_id ON training_deployment
    FOR EACH ROW EXECUTE FUNCTION training_production_needs_approval();
CREATE OR REPLACE FUNCTION training_serving_stays_approved() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.status = 'approved' AND NEW.status <> 'approved' AND EXISTS (
        SELECT 1 FROM training_deployment
        WHERE model_id = NEW.id AND environment = 'prod' AND status = 'active' AND role <> 'shadow'
    ) THEN
        RAISE EXCEPTION 'a model that serves in production stays approved'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'model_in_production_stays_approved';
    END IF;
    RETURN NEW;
END $$;
"""


def months(apps, editor):
    """A part for each month that has predictions, and for this one; training/partitions.py makes those to come."""
    with editor.connection.cursor() as cursor:
        cursor.execute(
            "SELECT date_trunc('month', created_at AT TIME ZONE 'UTC') FROM training_prediction_whole "
            "UNION SELECT date_trunc('month', now() AT TIME ZONE 'UTC')"
        )
        for (moment,) in cursor.fetchall():
            first = date(moment.year, moment.month, 1)
            following = date(first.year + first.month // 12, first.month % 12 + 1, 1)
            cursor.execute(
                f"CREATE TABLE training_prediction_{first:%Y_%m} PARTITION OF training_prediction "
                f"FOR VALUES FROM ('{first} 00:00+00') TO ('{following} 00:00+00')"
            )


class Migration(migrations.Migration):
    """The log of predictions in parts, one a month: old months go at once, new ones stay small."""

    dependencies = [("training", "0007_traffic"), ("annotation", "0008_kept_reply")]

    operations = [
        migrations.RunSQL(BY_MONTH, migrations.RunSQL.noop),
        migrations.RunPython(months, migrations.RunPython.noop),
        migrations.RunSQL(MOVE, migrations.RunSQL.noop),
        migrations.RunSQL(SHADOWS, migrations.RunSQL.noop),
    ]
