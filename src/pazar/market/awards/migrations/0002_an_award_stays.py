"""An award is written once."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("awards", "0001_initial")]
    operations = [
        migrations.RunSQL(
            "REVOKE UPDATE, DELETE, TRUNCATE ON awards_award FROM pazar_app;",
            "GRANT UPDATE, DELETE ON awards_award TO pazar_app;",
        )
    ]
