"""Brings the units' signs of the new edition of the list, and the usual units to its beginning."""

from django.db import migrations

from pazar.ground.codes import loading


def load(apps, schema_editor):
    loading.load_codes(using=schema_editor.connection.alias)


class Migration(migrations.Migration):
    dependencies = [("codes", "0002_lists")]

    operations = [migrations.RunPython(load, migrations.RunPython.noop)]
