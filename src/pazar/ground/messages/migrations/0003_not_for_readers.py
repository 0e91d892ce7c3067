"""What one person was told, such as a bid's receipt, is nobody else's."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("pazar_messages", "0002_tries_of_a_mail")]
    operations = [
        migrations.RunSQL(
            "REVOKE SELECT ON pazar_messages_message, pazar_messages_mail FROM pazar_reader;",
            "GRANT SELECT ON pazar_messages_message, pazar_messages_mail TO pazar_reader;",
        )
    ]
