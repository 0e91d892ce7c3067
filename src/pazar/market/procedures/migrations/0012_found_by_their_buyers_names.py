"""Procedures are found by the words of their buyer's name; fills in those that are here (minutes for a million)."""

from importlib import import_module

import django.contrib.postgres.fields
from django.db import migrations, models

from pazar.ground import words

BEFORE = import_module("pazar.market.procedures.migrations.0010_lists_by_value").WITH_CURRENCY
AFTER = BEFORE.replace("unnest(lots.lemmas) AS word", "unnest(lots.lemmas || p.buyer_lemmas) AS word")
assert AFTER != BEFORE


def fill(apps, schema_editor):
    procedures = apps.get_model("procedures", "Procedure").objects
    names = procedures.exclude(buyer_name="").order_by("buyer_name").values_list("buyer_name", flat=True).distinct()
    for name in list(names):
        procedures.filter(buyer_name=name).update(buyer_lemmas=words.lemmas(name))


class Migration(migrations.Migration):
    dependencies = [("procedures", "0011_a_closed_procedure_stays_closed")]

    operations = [
        migrations.AddField(
            model_name="procedure",
            name="buyer_lemmas",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.TextField(), blank=True, default=list, db_default=[], size=None
            ),
        ),
        migrations.RunSQL(AFTER, BEFORE),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
