from django.db import migrations, models


class Migration(migrations.Migration):
    """What alarms and tests of traffic count."""

    dependencies = [("training", "0012_batches")]

    operations = [
        migrations.AddField("trafficminute", "entities_squared", models.PositiveBigIntegerField(
            default=0, help_text="Sum of the squares, document by document.")),
        migrations.AddField("trafficminute", "unsure", models.PositiveBigIntegerField(
            default=0, help_text="Documents with a doubtful entity.")),
        migrations.AddField("trafficminute", "wrong", models.PositiveBigIntegerField(
            default=0, help_text="Requests answered with what is no entity.")),
        migrations.AddField("rollout", "passed", models.JSONField(
            default=list, help_text="Stages passed: [{share, started_at, ended_at, requests}].")),
        migrations.AddField("rollout", "plan", models.JSONField(
            default=dict, help_text="Of a test: its metric, the difference to see, how it was planned.")),
        migrations.AddField("rollout", "pairs", models.JSONField(
            default=dict, help_text="Notes that both models read: how far, how many, how alike.")),
        migrations.AlterField("prediction", "outcome", models.CharField(
            choices=[("ok", "Answered"), ("failed", "Failed"), ("slow", "Too slow"), ("wrong", "No entities")],
            default="ok", max_length=6)),
    ]
