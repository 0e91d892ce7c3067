"""Books brought in from elsewhere, whole or not at all, and taken back (D3)."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("channels", "0006_books"),
        ("customers", "0005_books"),
        ("identity", "0003_not_for_readers"),
        ("pipeline", "0006_each_lot_and_the_basis_of_vat"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="deal",
            name="brought_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="customers.booksimport",
            ),
        ),
        migrations.AddField(
            model_name="deal",
            name="product",
            field=models.TextField(blank=True),
        ),
        migrations.AddField(
            model_name="deal",
            name="source_id",
            field=models.TextField(blank=True),
        ),
        migrations.AddField(
            model_name="deal",
            name="worked_by",
            field=models.TextField(blank=True),
        ),
        migrations.AddIndex(
            model_name="deal",
            index=models.Index(
                condition=models.Q(("brought_by__isnull", False)), fields=["brought_by"], name="pipeline_brought"
            ),
        ),
        migrations.AddConstraint(
            model_name="deal",
            constraint=models.UniqueConstraint(
                condition=models.Q(("source_id", ""), _negated=True),
                fields=("company", "source_id"),
                name="pipeline_deal_of_books_once",
            ),
        ),
    ]
