"""Procedures that were open already get their reminders too."""

from django.db import migrations

SQL = """
INSERT INTO jobs_dueact (name, subject_id, due_at, tries, fault)
SELECT a.name, p.id, p.closes_at - a.ahead, 0, ''
FROM procedures_procedure p,
  (VALUES ('remind_7d', interval '7 days'), ('remind_3d', interval '3 days'), ('remind_1d', interval '1 day'),
          ('remind_3h', interval '3 hours')) AS a (name, ahead)
WHERE p.state = 'published' AND p.origin = 'own' AND p.closes_at - a.ahead > pazar_now()
ON CONFLICT DO NOTHING
"""


class Migration(migrations.Migration):
    dependencies = [
        ("bids", "0004_a_box_is_shut_once"),
        ("jobs", "0002_why_a_job_failed"),
        ("clock", "0002_where_the_clock_is_moved_to"),
    ]
    operations = [
        migrations.RunSQL(SQL, "DELETE FROM jobs_dueact WHERE name LIKE 'remind\\_%' AND done_at IS NULL"),
    ]
