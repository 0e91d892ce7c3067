"""Who bids is secret until the opening, and a role that only looks may set what row security goes by."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("bids", "0005_reminders_of_what_is_open")]
    operations = [
        migrations.RunSQL(
            "REVOKE SELECT ON bids_bid, bids_submission, bids_envelope, bids_releasedshare, bids_openedenvelope FROM pazar_reader;",
            "GRANT SELECT ON bids_bid, bids_submission, bids_envelope, bids_releasedshare, bids_openedenvelope TO pazar_reader;",
        )
    ]
