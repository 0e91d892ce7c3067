"""Acts that become due at a moment of the centre's clock, which a demo may move."""

from django.db import models


class DueAct(models.Model):
    """`name` is to be done for `subject_id` at `due_at`, once; moving the moment is writing it anew."""

    id = models.BigAutoField(primary_key=True)
    name = models.TextField()
    subject_id = models.UUIDField()
    due_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)
    fault = models.TextField(blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["name", "subject_id"], name="jobs_due_act_once")]
        indexes = [
            models.Index(fields=["due_at", "id"], condition=models.Q(done_at=None), name="jobs_due_act_waiting"),
        ]


class JobFault(models.Model):
    """Why a job failed last: Procrastinate keeps that it did, not why. Types and places only, never a message."""

    job_id = models.BigIntegerField(primary_key=True)
    fault = models.TextField()
    at = models.DateTimeField()
