"""Lists of awards and items read tables of their own. What is there already is listed by `pazar reindex`."""

import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("awards", "0002_an_award_stays"),
        ("identity", "0003_not_for_readers"),
        ("procedures", "0012_found_by_their_buyers_names"),
    ]

    operations = [
        migrations.CreateModel(
            name="ListedAward",
            fields=[
                ("id", models.UUIDField(editable=False, primary_key=True, serialize=False)),
                ("lot_number", models.TextField(blank=True)),
                ("title", models.TextField(blank=True)),
                ("listed_on", models.DateField()),
                ("amount", models.DecimalField(decimal_places=4, max_digits=22, null=True)),
                ("currency", models.CharField(blank=True, max_length=3)),
                ("terms", django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), size=None)),
                ("decided_on", models.DateField(null=True)),
                (
                    "winner_names",
                    django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), default=list, size=None),
                ),
                ("bids_received", models.PositiveIntegerField(null=True)),
                (
                    "procedure",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="procedures.procedure"
                    ),
                ),
                (
                    "winner",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.CASCADE, related_name="+", to="identity.company"
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["-listed_on", "-id"], name="awards_listed_newest"),
                    models.Index(
                        condition=models.Q(("amount__isnull", False)),
                        fields=["currency", "-amount", "-id"],
                        name="awards_listed_value",
                    ),
                    django.contrib.postgres.indexes.GinIndex(fields=["terms"], name="awards_listed_terms"),
                    models.Index(fields=["procedure"], name="awards_listed_of"),
                ],
            },
        ),
        migrations.CreateModel(
            name="ListedItem",
            fields=[
                ("id", models.UUIDField(editable=False, primary_key=True, serialize=False)),
                ("lot_number", models.TextField(blank=True)),
                ("title", models.TextField(blank=True)),
                ("listed_on", models.DateField()),
                ("amount", models.DecimalField(decimal_places=4, max_digits=22, null=True)),
                ("currency", models.CharField(blank=True, max_length=3)),
                ("terms", django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), size=None)),
                ("cpv", models.CharField(blank=True, max_length=8)),
                ("quantity", models.DecimalField(decimal_places=6, max_digits=22, null=True)),
                ("unit", models.TextField(blank=True)),
                ("place", models.TextField(blank=True)),
                ("items_in_lot", models.PositiveIntegerField(default=1)),
                ("closes_at", models.DateTimeField(null=True)),
                ("is_open", models.BooleanField(default=False)),
                (
                    "procedure",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="procedures.procedure"
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["-listed_on", "-id"], name="awards_item_newest"),
                    models.Index(
                        condition=models.Q(("is_open", True)), fields=["closes_at", "id"], name="awards_item_open"
                    ),
                    models.Index(
                        condition=models.Q(("amount__isnull", False)),
                        fields=["currency", "-amount", "-id"],
                        name="awards_item_value",
                    ),
                    django.contrib.postgres.indexes.GinIndex(fields=["terms"], name="awards_item_terms"),
                    models.Index(fields=["procedure"], name="awards_item_of"),
                ],
            },
        ),
        # Words are common or rare by orders of magnitude; the planner must know which.
        migrations.RunSQL(
            "ALTER TABLE awards_listedaward ALTER COLUMN terms SET STATISTICS 1000;"
            "ALTER TABLE awards_listeditem ALTER COLUMN terms SET STATISTICS 1000;",
            migrations.RunSQL.noop,
        ),
    ]
