"""Endpoints, deliveries, and how far the outbox was read. A company sees its own rows alone."""

import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

import pazar.ground.ids
import pazar.ground.sealing
from pazar.ground.identity.scope import own_rows_reverse_sql, own_rows_sql


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("identity", "0002_tries_to_log_in_are_counted"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Reader",
            fields=[
                ("name", models.TextField(primary_key=True, serialize=False)),
                ("txid", models.BigIntegerField(default=0)),
                ("event_id", models.BigIntegerField(default=0)),
            ],
        ),
        migrations.CreateModel(
            name="Endpoint",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=pazar.ground.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("url", models.TextField()),
                (
                    "events",
                    django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), default=list, size=None),
                ),
                ("secret", pazar.ground.sealing.SealedTextField()),
                ("old_secret", pazar.ground.sealing.SealedTextField(blank=True)),
                ("old_until", models.DateTimeField(blank=True, null=True)),
                ("is_active", models.BooleanField(default=True)),
                ("why_off", models.TextField(blank=True)),
                ("made_at", models.DateTimeField()),
                (
                    "company",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="identity.company"
                    ),
                ),
                (
                    "made_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Delivery",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=pazar.ground.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("company_id", models.UUIDField()),
                ("source", models.TextField()),
                ("type", models.TextField()),
                ("content", pazar.ground.sealing.SealedJSONField()),
                (
                    "state",
                    models.TextField(
                        choices=[
                            ("waiting", "Waiting"),
                            ("sending", "Sending"),
                            ("delivered", "Delivered"),
                            ("dead", "Dead"),
                        ],
                        default="waiting",
                    ),
                ),
                ("tries", models.PositiveSmallIntegerField(default=0)),
                ("status", models.PositiveSmallIntegerField(blank=True, null=True)),
                ("fault", models.TextField(blank=True)),
                ("made_at", models.DateTimeField()),
                ("done_at", models.DateTimeField(blank=True, null=True)),
                ("next_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "endpoint",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="deliveries", to="webhooks.endpoint"
                    ),
                ),
            ],
        ),
        migrations.AddIndex(
            model_name="endpoint",
            index=models.Index(fields=["company", "made_at"], name="webhooks_endpoint_of_company"),
        ),
        migrations.AddIndex(
            model_name="delivery",
            index=models.Index(
                condition=models.Q(("state__in", ["waiting", "sending"])),
                fields=["next_at", "id"],
                name="webhooks_delivery_waiting",
            ),
        ),
        migrations.AddIndex(
            model_name="delivery",
            index=models.Index(fields=["endpoint", "-made_at", "-id"], name="webhooks_delivery_list"),
        ),
        migrations.AddConstraint(
            model_name="delivery",
            constraint=models.UniqueConstraint(fields=("endpoint", "source"), name="webhooks_delivery_once"),
        ),
        migrations.RunSQL(
            own_rows_sql("webhooks_endpoint") + own_rows_sql("webhooks_delivery"),
            own_rows_reverse_sql("webhooks_delivery") + own_rows_reverse_sql("webhooks_endpoint"),
        ),
        migrations.RunSQL(
            "REVOKE SELECT ON webhooks_endpoint, webhooks_delivery FROM pazar_reader;",
            "GRANT SELECT ON webhooks_endpoint, webhooks_delivery TO pazar_reader;",
        ),
    ]
