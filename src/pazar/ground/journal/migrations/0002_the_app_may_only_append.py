"""What is written in the journal stays: the app may insert and read, nothing else."""

from django.db import migrations

SQL = """
REVOKE UPDATE, DELETE, TRUNCATE ON journal_entry FROM pazar_app;
REVOKE UPDATE, DELETE, TRUNCATE ON journal_payload FROM pazar_app;
REVOKE UPDATE, DELETE, TRUNCATE ON journal_position FROM pazar_app;
REVOKE UPDATE, DELETE, TRUNCATE ON journal_disclosure FROM pazar_app;
"""
REVERSE = """
GRANT UPDATE, DELETE ON journal_entry TO pazar_app;
GRANT UPDATE, DELETE ON journal_payload TO pazar_app;
GRANT UPDATE, DELETE ON journal_position TO pazar_app;
GRANT UPDATE, DELETE ON journal_disclosure TO pazar_app;
"""


class Migration(migrations.Migration):
    dependencies = [("journal", "0001_initial")]
    operations = [migrations.RunSQL(SQL, REVERSE)]
