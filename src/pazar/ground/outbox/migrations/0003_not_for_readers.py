"""Events say who did what before others may know it: a reader of reports has no business with them."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("outbox", "0002_events_stay_as_published")]
    operations = [
        migrations.RunSQL(
            "REVOKE SELECT ON outbox_event, outbox_handled FROM pazar_reader;",
            "GRANT SELECT ON outbox_event, outbox_handled TO pazar_reader;",
        )
    ]
