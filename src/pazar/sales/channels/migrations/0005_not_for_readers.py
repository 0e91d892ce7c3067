"""A company's desk is its own, and a role that only looks may set what row security goes by."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("channels", "0004_reason_without_words")]
    operations = [
        migrations.RunSQL(
            "REVOKE SELECT ON channels_intakerule, channels_lead, channels_opportunity FROM pazar_reader;",
            "GRANT SELECT ON channels_intakerule, channels_lead, channels_opportunity TO pazar_reader;",
        )
    ]
