"""A reminder must know that the clock is on its way past the next one."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("clock", "0001_the_centre_and_its_clock")]
    operations = [
        migrations.AddField("centre", "moving_to", models.DateTimeField(blank=True, null=True)),
        migrations.RunSQL(
            "GRANT UPDATE (moving_to) ON clock_centre TO pazar_app;",
            "REVOKE UPDATE (moving_to) ON clock_centre FROM pazar_app;",
        ),
    ]
