import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('monitoring', '0006_channels'),
        ('training', '0014_levels'),
    ]

    operations = [
        migrations.CreateModel(
            name='ReferenceNotes',
            fields=[
                ('model', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='+', serialize=False, to='training.modelversion')),
                ('notes', models.JSONField(help_text='Ids, in the order of the rows.')),
                ('rows', models.BinaryField(help_text='Rows as JSON, compressed: counts, no word of a note.')),
            ],
        ),
    ]
