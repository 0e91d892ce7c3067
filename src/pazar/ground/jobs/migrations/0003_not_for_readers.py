"""A job names who deals with which event: a receipt being written tells that somebody bid, as the event would."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("jobs", "0002_why_a_job_failed"), ("procrastinate", "0041_post_retry_failed_job")]
    operations = [
        migrations.RunSQL(
            "REVOKE SELECT ON procrastinate_jobs, procrastinate_events FROM pazar_reader;",
            "GRANT SELECT ON procrastinate_jobs, procrastinate_events TO pazar_reader;",
        )
    ]
