"""An event that was published isn't changed by the app."""

from django.db import migrations

SQL = """
REVOKE UPDATE, DELETE, TRUNCATE ON outbox_event FROM pazar_app;
"""
REVERSE = """
GRANT UPDATE, DELETE ON outbox_event TO pazar_app;
"""


class Migration(migrations.Migration):
    dependencies = [("outbox", "0001_initial")]
    operations = [migrations.RunSQL(SQL, REVERSE)]
