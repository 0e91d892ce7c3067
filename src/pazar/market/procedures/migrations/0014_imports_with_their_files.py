"""Imports with their files, their report line by line, and what an undo needs; sources that are asked by themselves."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import pazar.ground.ids
import pazar.ground.sealing


def fill(apps, schema_editor):
    """Imports of before have their files named in one field; one that didn't end was killed."""
    File = apps.get_model("procedures", "ImportedFile")
    Import = apps.get_model("procedures", "NoticeImport")
    for run in Import.objects.all():
        run.state = "ended" if run.ended_at else "failed"
        run.seen_at = run.ended_at or run.began_at
        run.save(update_fields=["state", "seen_at"])
        File.objects.bulk_create(
            File(
                notice_import=run,
                position=place,
                name=said["file"],
                format=said.get("format", ""),
                done_at=run.ended_at,
                **{name: said.get(name, 0) for name in ("read", "new", "changed", "same", "refused")},
            )
            for place, said in enumerate(run.files)
        )


class Migration(migrations.Migration):
    dependencies = [
        ("procedures", "0013_what_is_published_stands_in_a_version"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="joinedprocedure",
            name="joined_by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to="procedures.noticeimport"
            ),
        ),
        migrations.AddField(
            model_name="joinedprocedure",
            name="source",
            field=models.TextField(blank=True),
        ),
        migrations.AddField(
            model_name="joinedprocedure",
            name="source_id",
            field=models.TextField(blank=True),
        ),
        migrations.AddField(
            model_name="noticeimport",
            name="fault",
            field=models.TextField(blank=True),
        ),
        migrations.AddField(
            model_name="noticeimport",
            name="seen_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="noticeimport",
            name="state",
            field=models.TextField(
                choices=[
                    ("waiting", "Waiting"),
                    ("running", "Running"),
                    ("ended", "Ended"),
                    ("failed", "Failed"),
                    ("undoing", "Undoing"),
                    ("undone", "Undone"),
                ],
                default="running",
            ),
        ),
        migrations.AddField(
            model_name="noticeimport",
            name="undo",
            field=models.JSONField(default=dict),
        ),
        migrations.AddField(
            model_name="noticeimport",
            name="undone_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="noticeimport",
            name="undone_by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="noticeimport",
            name="way",
            field=models.TextField(
                choices=[
                    ("command", "Command"),
                    ("upload", "Upload"),
                    ("api", "Api"),
                    ("folder", "Folder"),
                    ("source", "Source"),
                ],
                default="command",
            ),
        ),
        migrations.CreateModel(
            name="ImportedFile",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=pazar.ground.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("position", models.PositiveIntegerField()),
                ("name", models.TextField()),
                ("path", models.TextField(blank=True)),
                ("size", models.BigIntegerField(default=0)),
                ("digest", models.BinaryField(null=True)),
                ("format", models.TextField(blank=True)),
                ("passed", models.PositiveIntegerField(default=0)),
                ("at_byte", models.BigIntegerField(default=0)),
                ("read", models.PositiveIntegerField(default=0)),
                ("new", models.PositiveIntegerField(default=0)),
                ("changed", models.PositiveIntegerField(default=0)),
                ("same", models.PositiveIntegerField(default=0)),
                ("refused", models.PositiveIntegerField(default=0)),
                ("done_at", models.DateTimeField(null=True)),
                (
                    "notice_import",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="parts", to="procedures.noticeimport"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ImportKept",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("why", models.TextField()),
                (
                    "later",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="procedures.noticeimport",
                    ),
                ),
                (
                    "notice_import",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="kept", to="procedures.noticeimport"
                    ),
                ),
                (
                    "procedure",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="procedures.procedure"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ImportRefusal",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("number", models.PositiveIntegerField()),
                ("place", models.TextField(blank=True)),
                ("field", models.TextField(blank=True)),
                ("code", models.TextField()),
                ("params", models.JSONField(default=dict)),
                (
                    "file",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="refusals",
                        to="procedures.importedfile",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="NoticeSource",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=pazar.ground.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("name", models.TextField()),
                ("url", models.TextField()),
                (
                    "paging",
                    models.TextField(
                        choices=[("link", "Link"), ("number", "Number"), ("cursor", "Cursor"), ("since", "Since")],
                        default="link",
                    ),
                ),
                ("first_page", models.PositiveIntegerField(default=1)),
                ("cursor_path", models.TextField(blank=True)),
                ("token", pazar.ground.sealing.SealedTextField(blank=True)),
                ("every_minutes", models.PositiveIntegerField(default=60)),
                ("overlap_hours", models.PositiveIntegerField(default=24)),
                ("is_active", models.BooleanField(default=True)),
                ("since", models.DateTimeField(blank=True, null=True)),
                ("place", models.JSONField(default=dict)),
                ("fault", models.TextField(blank=True)),
                ("failed_in_row", models.PositiveIntegerField(default=0)),
                ("last_run_at", models.DateTimeField(blank=True, null=True)),
                ("next_run_at", models.DateTimeField(blank=True, null=True)),
                ("made_at", models.DateTimeField()),
                ("removed_at", models.DateTimeField(blank=True, null=True)),
                (
                    "made_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.AddField(
            model_name="noticeimport",
            name="source",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="procedures.noticesource"
            ),
        ),
        migrations.AddIndex(
            model_name="noticeimport",
            index=models.Index(fields=["-began_at", "-id"], name="procedures_import_newest"),
        ),
        migrations.AddIndex(
            model_name="noticeimport",
            index=models.Index(fields=["source", "-began_at"], name="procedures_import_of_source"),
        ),
        migrations.AddConstraint(
            model_name="importedfile",
            constraint=models.UniqueConstraint(
                fields=("notice_import", "position"), name="procedures_import_file_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="importkept",
            constraint=models.UniqueConstraint(
                fields=("notice_import", "procedure"), name="procedures_import_kept_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="importrefusal",
            constraint=models.UniqueConstraint(fields=("file", "number"), name="procedures_import_refusal_once"),
        ),
        migrations.AddIndex(
            model_name="noticesource",
            index=models.Index(
                condition=models.Q(("is_active", True), ("removed_at", None)),
                fields=["next_run_at"],
                name="procedures_source_due",
            ),
        ),
        # The token is sealed, but an address may hold a key as well.
        migrations.RunSQL(
            "REVOKE SELECT ON procedures_noticesource FROM pazar_reader;",
            "GRANT SELECT ON procedures_noticesource TO pazar_reader;",
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
