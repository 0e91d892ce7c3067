"""A deal says when the bid that counts was sent, and which submission it is."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("pipeline", "0004_not_for_readers")]
    operations = [
        migrations.AddField(
            model_name="deal",
            name="bid_number",
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="deal",
            name="bid_sent_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
    ]
