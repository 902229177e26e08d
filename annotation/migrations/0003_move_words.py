"""Guidelines become versions; skip reasons in free text, which may quote a note, become "other"."""

from django.db import migrations


def move(apps, schema_editor):
    Guideline = apps.get_model("annotation", "Guideline")
    for project in apps.get_model("annotation", "Project").objects.all():
        labels = [
            {"name": label.name, "key": label.key, "colour": label.colour, "hint": label.hint, "retired": False}
            for label in project.labels.all()
        ]
        Guideline.objects.create(
            project=project, version=1, text=project.guidelines, labels=labels, change="First version."
        )
    apps.get_model("annotation", "Task").objects.exclude(skip_reason="").update(skip_reason="other")


class Migration(migrations.Migration):
    dependencies = [("annotation", "0002_annotation_team")]
    operations = [migrations.RunPython(move, migrations.RunPython.noop)]
