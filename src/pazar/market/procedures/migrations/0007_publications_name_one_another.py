"""Publications of one procedure name one another: their names lead to it, and so do procedures joined to it."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("procedures", "0006_texts_that_cannot_be_read_stay")]

    operations = [
        migrations.CreateModel(
            name="SourceKey",
            fields=[
                ("key", models.TextField(primary_key=True, serialize=False)),
                (
                    "procedure",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="source_keys",
                        to="procedures.procedure",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="JoinedProcedure",
            fields=[
                ("id", models.UUIDField(editable=False, primary_key=True, serialize=False)),
                ("joined_at", models.DateTimeField()),
                (
                    "procedure",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="procedures.procedure"
                    ),
                ),
            ],
        ),
    ]
