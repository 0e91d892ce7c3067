"""A draft has no reference; a change being written lies beside what is published."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("procedures", "0002_versions_stay_as_published"),
    ]
    operations = [
        migrations.AlterField("procedure", "reference", models.TextField(blank=True)),
        migrations.RemoveConstraint("procedure", "procedures_reference_once"),
        migrations.AddConstraint(
            "procedure",
            models.UniqueConstraint(
                fields=["reference"],
                condition=models.Q(origin="own") & ~models.Q(reference=""),
                name="procedures_reference_once",
            ),
        ),
        migrations.AddConstraint(
            "procedure",
            models.CheckConstraint(
                condition=models.Q(origin="outside") | models.Q(state="draft") | ~models.Q(reference=""),
                name="procedures_published_has_a_reference",
            ),
        ),
        migrations.AlterField(
            "version",
            "procedure",
            models.ForeignKey(
                on_delete=django.db.models.deletion.DO_NOTHING, related_name="versions", to="procedures.procedure"
            ),
        ),
        migrations.CreateModel(
            "PendingChange",
            [
                (
                    "procedure",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="pending_change",
                        serialize=False,
                        to="procedures.procedure",
                    ),
                ),
                ("content", models.JSONField()),
                ("reason", models.TextField(blank=True)),
                ("saved_at", models.DateTimeField()),
                (
                    "saved_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
    ]
