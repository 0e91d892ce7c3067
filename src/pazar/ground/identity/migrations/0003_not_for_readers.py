"""What opens doors is not for reports: sessions, which let whoever has one be its person, and passwords."""

from django.db import migrations

SHOWN = "id, email, name, language, zone, theme, staff_roles, is_active, joined_at, last_login"
SQL = f"""
REVOKE SELECT ON django_session, identity_logintries, identity_person FROM pazar_reader;
GRANT SELECT ({SHOWN}) ON identity_person TO pazar_reader;
"""  # noqa: S608  # the only variable part stands above
REVERSE = f"""
REVOKE SELECT ({SHOWN}) ON identity_person FROM pazar_reader;
GRANT SELECT ON django_session, identity_logintries, identity_person TO pazar_reader;
"""  # noqa: S608  # the only variable part stands above


class Migration(migrations.Migration):
    dependencies = [
        ("identity", "0002_tries_to_log_in_are_counted"),
        ("sessions", "0001_initial"),
    ]
    operations = [migrations.RunSQL(SQL, REVERSE)]
