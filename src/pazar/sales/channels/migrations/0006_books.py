"""Books brought in from elsewhere, whole or not at all, and taken back (D3)."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("channels", "0005_not_for_readers"),
        ("customers", "0005_books"),
        ("identity", "0003_not_for_readers"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="lead",
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
            model_name="lead",
            name="source",
            field=models.TextField(blank=True),
        ),
        migrations.AddField(
            model_name="lead",
            name="source_id",
            field=models.TextField(blank=True),
        ),
        migrations.AddIndex(
            model_name="lead",
            index=models.Index(
                condition=models.Q(("brought_by__isnull", False)), fields=["brought_by"], name="channels_brought"
            ),
        ),
        migrations.AddConstraint(
            model_name="lead",
            constraint=models.UniqueConstraint(
                condition=models.Q(("source_id", ""), _negated=True),
                fields=("company", "source_id"),
                name="channels_lead_of_books_once",
            ),
        ),
    ]
