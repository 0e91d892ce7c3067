"""Fills the tables, in every database and every test, and closes them for the app."""

from django.db import migrations

from pazar.ground.codes import loading

CLOSE = """
DO $$ BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'pazar_app') THEN
        REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON codes_cpv, codes_nuts, codes_unit FROM pazar_app;
    END IF;
END $$;
"""
OPEN = """
DO $$ BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'pazar_app') THEN
        GRANT INSERT, UPDATE, DELETE ON codes_cpv, codes_nuts, codes_unit TO pazar_app;
    END IF;
END $$;
"""


def load(apps, schema_editor):
    loading.load_codes(using=schema_editor.connection.alias)


class Migration(migrations.Migration):
    dependencies = [("codes", "0001_tables_of_the_lists")]

    operations = [
        migrations.RunPython(load, migrations.RunPython.noop),
        migrations.RunSQL(CLOSE, OPEN),
    ]
