"""The centre's own row: what kind of centre it is, and how far its clock is moved."""

from datetime import timedelta

from django.db import models


class Centre(models.Model):
    """One row, made with the database. `mode` can't be changed later (a trigger refuses), `shift` not in a real one."""

    class Mode(models.TextChoices):
        REAL = "real"
        DEMO = "demo"
        SANDBOX = "sandbox"

    only = models.BooleanField(primary_key=True, default=True)
    mode = models.TextField(choices=Mode, default=Mode.REAL)
    shift = models.DurationField(default=timedelta(0))
    moving_to = models.DateTimeField(null=True, blank=True)  # while a demo's clock is walked there, act by act
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(only=True), name="clock_centre_only_one"),
            models.CheckConstraint(
                condition=models.Q(mode="real", shift=timedelta(0)) | ~models.Q(mode="real"),
                name="clock_centre_real_clock_is_not_moved",
            ),
        ]
