from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("journal", "0006_the_tree_is_append_only_too")]
    operations = [
        migrations.CreateModel(
            name="CoverClock",
            fields=[
                ("only", models.BooleanField(default=True, primary_key=True, serialize=False)),
                ("next_at", models.DateTimeField()),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("only", True)), name="journal_coverclock_only_one")
                ],
            },
        ),
        # Who reads it would know which entries say nothing.
        migrations.RunSQL(
            "REVOKE SELECT ON journal_coverclock FROM pazar_reader;",
            "GRANT SELECT ON journal_coverclock TO pazar_reader;",
        ),
    ]
