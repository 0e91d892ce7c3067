"""The centre's row and `pazar_now()`, the one function that commands and triggers take the moment from.

The app may only move the clock of a demo or a sandbox; it can neither make the row nor change its mode.
"""

from datetime import timedelta

from django.db import migrations, models

SQL = """
CREATE FUNCTION pazar_now() RETURNS timestamptz LANGUAGE sql STABLE PARALLEL SAFE AS
$$ SELECT clock_timestamp() + coalesce((SELECT shift FROM clock_centre), interval '0') $$;

CREATE FUNCTION clock_centre_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' OR NEW.mode IS DISTINCT FROM OLD.mode THEN
    RAISE EXCEPTION 'the mode of a centre is set when its database is made';
  END IF;
  IF NEW.shift < OLD.shift THEN
    RAISE EXCEPTION 'the clock of a centre is only moved forward';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER clock_centre_guard BEFORE UPDATE OR DELETE ON clock_centre
  FOR EACH ROW EXECUTE FUNCTION clock_centre_guard();
REVOKE INSERT, DELETE, UPDATE ON clock_centre FROM pazar_app;
GRANT UPDATE (shift) ON clock_centre TO pazar_app;
"""
REVERSE = """
DROP TRIGGER clock_centre_guard ON clock_centre;
DROP FUNCTION clock_centre_guard();
DROP FUNCTION pazar_now();
"""


class Migration(migrations.Migration):
    initial = True
    dependencies: list[tuple[str, str]] = []
    operations = [
        migrations.CreateModel(
            name="Centre",
            fields=[
                ("only", models.BooleanField(default=True, primary_key=True, serialize=False)),
                (
                    "mode",
                    models.TextField(
                        choices=[("real", "Real"), ("demo", "Demo"), ("sandbox", "Sandbox")], default="real"
                    ),
                ),
                ("shift", models.DurationField(default=timedelta(0))),
                ("made_at", models.DateTimeField(auto_now_add=True)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("only", True)), name="clock_centre_only_one"),
                    models.CheckConstraint(
                        condition=models.Q(("mode", "real"), ("shift", timedelta(0)))
                        | models.Q(("mode", "real"), _negated=True),
                        name="clock_centre_real_clock_is_not_moved",
                    ),
                ]
            },
        ),
        migrations.RunSQL(SQL, REVERSE),
    ]
