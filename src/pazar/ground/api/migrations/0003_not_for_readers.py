"""What opens doors, and what was answered to whom, is not for reports."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("api", "0002_answers_are_kept_sealed")]
    operations = [
        migrations.RunSQL(
            "REVOKE SELECT ON api_token, api_givenanswer FROM pazar_reader;",
            "GRANT SELECT ON api_token, api_givenanswer TO pazar_reader;",
        )
    ]
