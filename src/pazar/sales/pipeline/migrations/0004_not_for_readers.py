"""A company's deals are its own, and a role that only looks may set what row security goes by."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("pipeline", "0003_outside_deals_and_why_lost")]
    operations = [
        migrations.RunSQL(
            "REVOKE SELECT ON pipeline_deal FROM pazar_reader;",
            "GRANT SELECT ON pipeline_deal TO pazar_reader;",
        )
    ]
