"""Forced row security: another company's desk shows nothing, even to a query that forgot to ask."""

from django.db import migrations

from pazar.ground.identity.scope import own_rows_reverse_sql, own_rows_sql

SQL = own_rows_sql("pipeline_deal")
REVERSE = own_rows_reverse_sql("pipeline_deal")


class Migration(migrations.Migration):
    dependencies = [("pipeline", "0001_initial")]
    operations = [migrations.RunSQL(SQL, REVERSE)]
