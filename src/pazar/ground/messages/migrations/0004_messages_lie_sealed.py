"""Messages and mails lie sealed, the company they are for among it. Earlier rows stay as they are, without it."""

from django.db import migrations

from pazar.ground.sealing import SealedJSONField, SealedTextField

SQL = """
ALTER TABLE pazar_messages_message DROP COLUMN company_id;
ALTER TABLE pazar_messages_message ADD COLUMN company text NOT NULL DEFAULT '';
ALTER TABLE pazar_messages_message ALTER COLUMN company DROP DEFAULT;
"""
REVERSE = """
ALTER TABLE pazar_messages_message DROP COLUMN company;
ALTER TABLE pazar_messages_message ADD COLUMN company_id uuid NULL REFERENCES identity_company (id)
  DEFERRABLE INITIALLY DEFERRED;
CREATE INDEX ON pazar_messages_message (company_id);
"""


class Migration(migrations.Migration):
    dependencies = [("pazar_messages", "0003_not_for_readers")]
    operations = [
        migrations.RunSQL(
            SQL,
            REVERSE,
            state_operations=[
                migrations.RemoveField("message", "company"),
                migrations.AddField(
                    "message", "company", SealedTextField(blank=True, default=""), preserve_default=False
                ),
            ],
        ),
        *(
            migrations.AlterField("message", name, SealedTextField(blank=name in ("text", "path")))
            for name in ("kind", "title", "text", "path")
        ),
        *(migrations.AlterField("mail", name, SealedTextField()) for name in ("subject", "text", "html")),
        migrations.AlterField("mail", "headers", SealedJSONField(default=dict)),
    ]
