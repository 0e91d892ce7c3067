"""Mails leave by batches; what came back is kept, and the addresses that are written to no more."""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

import pazar.ground.ids


class Migration(migrations.Migration):
    dependencies = [
        ("pazar_messages", "0004_messages_lie_sealed"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Bounce",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=pazar.ground.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("address", models.TextField(blank=True)),
                ("kind", models.TextField()),
                ("status", models.TextField(blank=True)),
                ("words", models.TextField(blank=True)),
                ("digest", models.BinaryField(unique=True)),
                ("came_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="DomainMinute",
            fields=[
                ("domain", models.TextField(primary_key=True, serialize=False)),
                ("minute", models.DateTimeField()),
                ("sent", models.PositiveIntegerField()),
            ],
        ),
        migrations.CreateModel(
            name="Suppression",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=pazar.ground.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("address", models.TextField(unique=True)),
                ("why", models.TextField(choices=[("hard", "Hard"), ("soft", "Soft"), ("complaint", "Complaint")])),
                ("words", models.TextField(blank=True)),
                ("since", models.DateTimeField()),
            ],
        ),
        migrations.AddField(
            model_name="mail",
            name="domain",
            field=models.TextField(default=""),
        ),
        migrations.AddField(
            model_name="mail",
            name="next_at",
            field=models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
        ),
        migrations.AlterField(
            model_name="mail",
            name="state",
            field=models.TextField(
                choices=[
                    ("waiting", "Waiting"),
                    ("sending", "Sending"),
                    ("sent", "Sent"),
                    ("kept", "Kept"),
                    ("failed", "Failed"),
                    ("suppressed", "Suppressed"),
                    ("returned", "Returned"),
                ],
                default="waiting",
            ),
        ),
        migrations.AddIndex(
            model_name="mail",
            index=models.Index(
                condition=models.Q(("state__in", ["waiting", "sending"])),
                fields=["next_at", "id"],
                include=("domain",),
                name="messages_mail_waiting",
            ),
        ),
        migrations.AddIndex(
            model_name="mail",
            index=models.Index(
                condition=models.Q(("state__in", ["failed", "suppressed", "returned"])),
                fields=["-made_at", "-id"],
                name="messages_mail_undelivered",
            ),
        ),
        migrations.AddField(
            model_name="bounce",
            name="mail",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to="pazar_messages.mail"
            ),
        ),
        migrations.AddIndex(
            model_name="suppression",
            index=models.Index(fields=["-since", "-id"], name="messages_suppression_list"),
        ),
        migrations.AddIndex(
            model_name="bounce",
            index=models.Index(fields=["-came_at", "-id"], name="messages_bounce_list"),
        ),
        migrations.AddIndex(
            model_name="bounce",
            index=models.Index(fields=["address", "came_at"], name="messages_bounce_address"),
        ),
        migrations.RunSQL(
            "UPDATE pazar_messages_mail SET domain = lower(split_part(\"to\", '@', 2)) WHERE domain = '';"
            # Whom mails reach and whom not is no report's business.
            "REVOKE SELECT ON pazar_messages_bounce, pazar_messages_suppression FROM pazar_reader;",
            "GRANT SELECT ON pazar_messages_bounce, pazar_messages_suppression TO pazar_reader;",
        ),
    ]
