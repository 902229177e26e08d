from django.db import migrations


class Migration(migrations.Migration):
    """The index of the terms without its list of rows not sorted in yet: a search would read that list once a bucket.

    And no statistics of the terms: nothing is planned by them, and ANALYZE takes long over arrays of random numbers.
    """

    dependencies = [("annotation", "0004_moved")]

    operations = [
        migrations.RunSQL(
            [
                "ALTER INDEX note_index_terms SET (fastupdate = off)",
                "ALTER TABLE annotation_noteindex ALTER COLUMN terms SET STATISTICS 0",
            ],
            [
                "ALTER INDEX note_index_terms RESET (fastupdate)",
                "ALTER TABLE annotation_noteindex ALTER COLUMN terms SET STATISTICS -1",
            ],
        )
    ]
