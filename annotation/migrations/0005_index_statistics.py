from django.db import migrations


class Migration(migrations.Migration):
    """No statistics of the terms: nothing is planned by them, and ANALYZE takes long over arrays of random numbers."""

    dependencies = [("annotation", "0004_moved")]

    operations = [
        migrations.RunSQL(
            "ALTER TABLE annotation_noteindex ALTER COLUMN terms SET STATISTICS 0",
            "ALTER TABLE annotation_noteindex ALTER COLUMN terms SET STATISTICS -1",
        )
    ]
