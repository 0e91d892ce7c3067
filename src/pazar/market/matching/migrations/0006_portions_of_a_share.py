"""Of a publication that fits very many, the first are told while the others are stored."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("matching", "0005_what_is_new_to_a_person"),
    ]

    operations = [
        migrations.CreateModel(
            name="MatchProgress",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("shard", models.PositiveSmallIntegerField()),
                ("shards", models.PositiveSmallIntegerField()),
                ("next_company_id", models.UUIDField(null=True)),
                (
                    "request",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="matching.matchrequest"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("request", "shards", "shard"), name="matching_progress_once")
                ],
            },
        ),
    ]
