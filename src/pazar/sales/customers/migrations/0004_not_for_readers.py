"""A company's customers are its own, and a role that only looks may set what row security goes by."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("customers", "0003_corrections_and_names")]
    operations = [
        migrations.RunSQL(
            "REVOKE SELECT ON customers_account, customers_touch FROM pazar_reader;",
            "GRANT SELECT ON customers_account, customers_touch TO pazar_reader;",
        )
    ]
