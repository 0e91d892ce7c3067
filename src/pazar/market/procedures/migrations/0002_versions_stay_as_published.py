"""A published version isn't changed by the app."""

from django.db import migrations

SQL = """
REVOKE UPDATE, DELETE, TRUNCATE ON procedures_version FROM pazar_app;
"""
REVERSE = """
GRANT UPDATE, DELETE ON procedures_version TO pazar_app;
"""


class Migration(migrations.Migration):
    dependencies = [("procedures", "0001_initial")]
    operations = [migrations.RunSQL(SQL, REVERSE)]
