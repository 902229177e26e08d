from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("annotation", "0003_move_words")]
    operations = [
        migrations.RemoveField(
            model_name='project',
            name='guidelines',
        ),
        migrations.AlterField(
            model_name='task',
            name='skip_reason',
            field=models.CharField(blank=True, choices=[('not_clinical', 'Not a clinical note'), ('unreadable', 'Cannot be read'), ('language', 'In a language I do not know'), ('specialty', 'Outside my specialty'), ('duplicate', 'Same as another note'), ('other', 'Other (say it in a comment)')], max_length=12),
        ),
        migrations.AddConstraint(
            model_name='task',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('status', 'skipped'), models.Q(('skip_reason', ''), _negated=True)), models.Q(models.Q(('status', 'skipped'), _negated=True), ('skip_reason', '')), _connector='OR'), name='task_skipped_has_reason'),
        ),
    ]
