import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('monitoring', '0007_references'),
        ('training', '0014_levels'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Constraints',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField()),
                ('source', models.CharField(choices=[('training', 'Training snapshot'), ('healthy', 'First healthy windows'), ('edited', 'Edited')], max_length=8)),
                ('document', models.JSONField(help_text='As monitoring/constraints/document.py reads it.')),
                ('reason', models.CharField(blank=True, max_length=300)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('created_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('model', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='constraints', to='training.modelversion')),
            ],
            options={
                'verbose_name_plural': 'constraints',
                'ordering': ('model', '-version'),
                'constraints': [models.UniqueConstraint(fields=('model', 'version'), name='constraints_once'), models.CheckConstraint(condition=models.Q(models.Q(('source', 'edited'), _negated=True), models.Q(models.Q(('reason', ''), _negated=True), ('created_by__isnull', False)), _connector='OR'), name='constraints_edited_has_reason')],
            },
        ),
    ]
