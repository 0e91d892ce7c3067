"""A payload may be secret until a moment: readers see the leaves."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("journal", "0002_the_app_may_only_append")]
    operations = [
        migrations.RunSQL(
            "REVOKE SELECT ON journal_payload FROM pazar_reader;",
            "GRANT SELECT ON journal_payload TO pazar_reader;",
        )
    ]
