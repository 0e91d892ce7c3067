"""Where somebody is logged in, and by what he shows who he is, is not for reports."""

from django.db import migrations

TABLES = "entry_passwordlink, identity_sitting, mfa_authenticator, account_emailaddress, account_emailconfirmation"
SQL = f"REVOKE SELECT ON {TABLES} FROM pazar_reader;"  # noqa: S608  # the only variable part stands above
REVERSE = f"GRANT SELECT ON {TABLES} TO pazar_reader;"


class Migration(migrations.Migration):
    dependencies = [
        ("entry", "0001_links_of_one_use"),
        ("identity", "0004_where_one_is_logged_in"),
        ("mfa", "0003_authenticator_type_uniq"),
        ("account", "0009_emailaddress_unique_primary_email"),
    ]
    operations = [migrations.RunSQL(SQL, REVERSE)]
