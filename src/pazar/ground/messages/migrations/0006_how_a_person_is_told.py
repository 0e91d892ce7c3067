"""Paces of kinds and interests, hours, and the mails that wait for them."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import pazar.ground.ids


class Migration(migrations.Migration):
    dependencies = [
        ("identity", "0002_tries_to_log_in_are_counted"),
        ("pazar_messages", "0005_mails_by_batches_and_what_came_back"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Held",
            fields=[
                (
                    "message",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="pazar_messages.message",
                    ),
                ),
                (
                    "topics",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.TextField(), blank=True, default=list, size=None
                    ),
                ),
                ("due_at", models.DateTimeField()),
                ("is_over", models.BooleanField(default=False)),
            ],
        ),
        migrations.CreateModel(
            name="PersonHours",
            fields=[
                (
                    "person",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("hour", models.PositiveSmallIntegerField(default=8)),
                ("weekday", models.PositiveSmallIntegerField(default=0)),
                ("quiet_from", models.PositiveSmallIntegerField(blank=True, null=True)),
                ("quiet_until", models.PositiveSmallIntegerField(blank=True, null=True)),
            ],
        ),
        migrations.CreateModel(
            name="Wish",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=pazar.ground.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("kind", models.TextField()),
                ("topic", models.TextField(blank=True)),
                ("pace", models.TextField()),
            ],
        ),
        migrations.AddIndex(
            model_name="mail",
            index=models.Index(fields=["person", "-made_at"], name="messages_mail_of_person"),
        ),
        migrations.AddField(
            model_name="held",
            name="mail",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to="pazar_messages.mail"
            ),
        ),
        migrations.AddField(
            model_name="held",
            name="person",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddConstraint(
            model_name="personhours",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("hour__lte", 23),
                    ("weekday__lte", 6),
                    models.Q(("quiet_from", None), ("quiet_from__lte", 23), _connector="OR"),
                    models.Q(("quiet_until", None), ("quiet_until__lte", 23), _connector="OR"),
                ),
                name="messages_hours_of_a_day",
            ),
        ),
        migrations.AddField(
            model_name="wish",
            name="person",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddIndex(
            model_name="held",
            index=models.Index(condition=models.Q(("is_over", False)), fields=["due_at"], name="messages_held_due"),
        ),
        migrations.AddIndex(
            model_name="held",
            index=models.Index(
                condition=models.Q(("is_over", False)), fields=["person"], name="messages_held_of_person"
            ),
        ),
        migrations.AddConstraint(
            model_name="wish",
            constraint=models.UniqueConstraint(fields=("person", "kind", "topic"), name="messages_wish_once"),
        ),
        migrations.RunSQL(
            "REVOKE SELECT ON pazar_messages_held, pazar_messages_wish FROM pazar_reader;",
            "GRANT SELECT ON pazar_messages_held, pazar_messages_wish TO pazar_reader;",
        ),
    ]
