"""Forced row security: another company's desk shows nothing, even to a query that forgot to ask."""

from django.db import migrations

from pazar.ground.identity.scope import own_rows_reverse_sql, own_rows_sql

SQL = (
    own_rows_sql("customers_account")
    + own_rows_sql("customers_touch")
    + "REVOKE UPDATE, DELETE, TRUNCATE ON customers_touch FROM pazar_app;"
)
REVERSE = (
    own_rows_reverse_sql("customers_account")
    + own_rows_reverse_sql("customers_touch")
    + "GRANT UPDATE, DELETE ON customers_touch TO pazar_app;"
)


class Migration(migrations.Migration):
    dependencies = [("customers", "0001_initial")]
    operations = [migrations.RunSQL(SQL, REVERSE)]
