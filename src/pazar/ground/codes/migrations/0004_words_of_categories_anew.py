"""Words of categories as the lemmatiser makes them since it knows articles and plurals that its dictionary doesn't list."""

from django.db import migrations

from pazar.ground.codes import loading


def load(apps, schema_editor):
    loading.load_codes(using=schema_editor.connection.alias)


class Migration(migrations.Migration):
    dependencies = [("codes", "0003_units_as_they_are_printed")]

    operations = [migrations.RunPython(load, migrations.RunPython.noop)]
