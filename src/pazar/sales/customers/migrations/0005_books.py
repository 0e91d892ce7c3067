"""Books brought in from elsewhere, whole or not at all, and taken back (D3)."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import pazar.ground.ids
from pazar.ground.identity.scope import own_rows_reverse_sql, own_rows_sql

TABLES = ("customers_booksimport", "customers_bookschange")
# Entries of a time line are nobody's to take away; only those that an import itself wrote, with their customer.
FORGET = """
CREATE FUNCTION customers_forget(ids uuid[]) RETURNS integer LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
DECLARE gone uuid[];
BEGIN
  SELECT array_agg(a.id) INTO gone FROM customers_account a
   WHERE a.id = ANY (ids) AND a.brought_by_id IS NOT NULL
     AND NOT EXISTS (SELECT 1 FROM customers_touch t WHERE t.account_id = a.id AND t.kind <> 'account_noted');
  DELETE FROM customers_touch WHERE account_id = ANY (gone);
  DELETE FROM customers_account WHERE id = ANY (gone);
  RETURN coalesce(array_length(gone, 1), 0);
END $$;
REVOKE ALL ON FUNCTION customers_forget(uuid[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION customers_forget(uuid[]) TO pazar_app;
REVOKE SELECT ON customers_booksimport, customers_bookschange FROM pazar_reader;
"""
SQL = "".join(own_rows_sql(table) for table in TABLES) + FORGET
REVERSE = "DROP FUNCTION customers_forget(uuid[]);" + "".join(own_rows_reverse_sql(table) for table in TABLES)


class Migration(migrations.Migration):
    dependencies = [
        ("customers", "0004_not_for_readers"),
        ("identity", "0003_not_for_readers"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="account",
            name="details",
            field=models.JSONField(blank=True, default=dict),
        ),
        migrations.AddField(
            model_name="account",
            name="parent",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="daughters",
                to="customers.account",
            ),
        ),
        migrations.CreateModel(
            name="BooksImport",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=pazar.ground.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("report", models.JSONField(default=dict)),
                ("at", models.DateTimeField()),
                ("undone_at", models.DateTimeField(blank=True, null=True)),
                (
                    "company",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="identity.company"
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "undone_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="BooksChange",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("kind", models.TextField()),
                ("row_id", models.UUIDField()),
                ("was", models.JSONField()),
                (
                    "company",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="identity.company"
                    ),
                ),
                (
                    "books",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="changes", to="customers.booksimport"
                    ),
                ),
            ],
        ),
        migrations.AddField(
            model_name="account",
            name="brought_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="customers.booksimport",
            ),
        ),
        migrations.AddIndex(
            model_name="account",
            index=models.Index(
                condition=models.Q(("parent__isnull", False)), fields=["parent"], name="customers_daughters"
            ),
        ),
        migrations.AddIndex(
            model_name="account",
            index=models.Index(
                condition=models.Q(("brought_by__isnull", False)), fields=["brought_by"], name="customers_brought"
            ),
        ),
        migrations.AddIndex(
            model_name="booksimport",
            index=models.Index(fields=["company", "-at", "-id"], name="customers_books_list"),
        ),
        migrations.AddIndex(
            model_name="bookschange",
            index=models.Index(fields=["books", "kind"], name="customers_books_change"),
        ),
        migrations.RunSQL(SQL, REVERSE),
    ]
