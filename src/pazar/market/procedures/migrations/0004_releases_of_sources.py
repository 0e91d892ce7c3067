"""Every publication about an outside procedure is kept whole, with the import that brought it."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import pazar.ground.ids

SQL = "REVOKE UPDATE, TRUNCATE ON procedures_sourcerelease FROM pazar_app;"
REVERSE = "GRANT UPDATE ON procedures_sourcerelease TO pazar_app;"


class Migration(migrations.Migration):
    dependencies = [
        ("procedures", "0003_references_at_publication_and_pending_changes"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="procedure",
            name="source_publisher",
            field=models.TextField(blank=True),
        ),
        migrations.CreateModel(
            name="NoticeImport",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=pazar.ground.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("began_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
                ("files", models.JSONField(default=list)),
                (
                    "begun_by",
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
            name="SourceRelease",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=pazar.ground.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("publisher", models.TextField(blank=True)),
                ("release_id", models.TextField()),
                ("digest", models.BinaryField()),
                ("record", models.JSONField()),
                (
                    "brought_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="procedures.noticeimport"
                    ),
                ),
                (
                    "procedure",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="source_releases",
                        to="procedures.procedure",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["publisher", "brought_by"], name="procedures_release_publisher")],
                "constraints": [
                    models.UniqueConstraint(fields=("procedure", "digest"), name="procedures_release_once")
                ],
            },
        ),
        migrations.RunSQL(SQL, REVERSE),
    ]
