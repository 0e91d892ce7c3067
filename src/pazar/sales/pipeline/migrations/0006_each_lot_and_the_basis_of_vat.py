"""A deal that an award ended says how each lot of the bid ended, and whether the prices include VAT."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("pipeline", "0005_when_the_bid_was_sent")]
    operations = [
        migrations.AddField(
            model_name="deal",
            name="lots",
            field=models.JSONField(blank=True, default=list),
        ),
        migrations.AddField(
            model_name="deal",
            name="vat_included",
            field=models.BooleanField(null=True),
        ),
    ]
