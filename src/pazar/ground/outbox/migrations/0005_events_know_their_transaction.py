"""Readers follow the order of commits, not of ids. Earlier events count as of the beginning."""

from django.db import migrations, models

SQL = """
ALTER TABLE outbox_event ADD COLUMN txid bigint NOT NULL DEFAULT 0;
ALTER TABLE outbox_event ALTER COLUMN txid SET DEFAULT pg_current_xact_id()::text::bigint;
CREATE INDEX outbox_event_in_order ON outbox_event (txid, id);
"""
REVERSE = """
ALTER TABLE outbox_event DROP COLUMN txid;
"""


class Migration(migrations.Migration):
    dependencies = [("outbox", "0004_events_lie_sealed")]
    operations = [
        migrations.RunSQL(
            SQL,
            REVERSE,
            state_operations=[
                migrations.AddField("event", "txid", models.BigIntegerField(db_default=0, editable=False)),
                migrations.AddIndex("event", models.Index(fields=["txid", "id"], name="outbox_event_in_order")),
            ],
        )
    ]
