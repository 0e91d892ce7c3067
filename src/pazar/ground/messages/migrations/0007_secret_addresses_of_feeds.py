"""Feeds are read by programs at secret addresses that their person can revoke."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import pazar.ground.ids


class Migration(migrations.Migration):
    dependencies = [
        ("identity", "0002_tries_to_log_in_are_counted"),
        ("pazar_messages", "0006_how_a_person_is_told"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="FeedAddress",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=pazar.ground.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("feed", models.TextField()),
                ("made_at", models.DateTimeField()),
                ("revoked_at", models.DateTimeField(blank=True, null=True)),
                ("read_at", models.DateTimeField(blank=True, null=True)),
                (
                    "company",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="identity.company"
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("revoked_at", None)),
                        fields=("person", "company", "feed"),
                        name="messages_one_living_feed_address",
                    )
                ],
            },
        ),
    ]
