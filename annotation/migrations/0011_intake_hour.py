import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('annotation', '0010_simulated_at'),
    ]

    operations = [
        migrations.CreateModel(
            name='IntakeHour',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('hour', models.DateTimeField()),
                ('origin', models.CharField(choices=[('api', 'Extract'), ('notes', 'Notes for annotators'), ('batch', 'Batches')], max_length=5)),
                ('documents', models.PositiveBigIntegerField(default=0)),
                ('refused', models.PositiveBigIntegerField(default=0, help_text='No notes.')),
                ('unknown', models.PositiveBigIntegerField(default=0, help_text='With a field that is unknown.')),
                ('fields', models.JSONField(default=dict, help_text='{field: [present, faulty]}')),
                ('project', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='intake_hours', to='annotation.project')),
            ],
            options={
                'ordering': ('project', '-hour', 'origin'),
                'constraints': [models.UniqueConstraint(fields=('project', 'hour', 'origin'), name='intake_hour_once')],
            },
        ),
    ]
