"""Endpoints of companies, what is to be delivered to them, and how far the outbox was read."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now

from pazar.ground.ids import new_id
from pazar.ground.sealing import SealedJSONField, SealedTextField


class Endpoint(models.Model):
    """An address of a company's own system. Its secrets lie sealed; during a rotation both sign."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    company = models.ForeignKey("identity.Company", on_delete=models.CASCADE, related_name="+")
    url = models.TextField()
    events = ArrayField(models.TextField(), default=list)
    secret = SealedTextField()  # whsec_…
    old_secret = SealedTextField(blank=True)
    old_until = models.DateTimeField(null=True, blank=True)
    is_active = models.BooleanField(default=True)
    why_off = models.TextField(blank=True)
    made_by = models.ForeignKey("identity.Person", on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["company", "made_at"], name="webhooks_endpoint_of_company")]


class Delivery(models.Model):
    """One event for one endpoint: once, however often the outbox is read."""

    class State(models.TextChoices):
        WAITING = "waiting"
        SENDING = "sending"
        DELIVERED = "delivered"
        DEAD = "dead"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    endpoint = models.ForeignKey(Endpoint, on_delete=models.CASCADE, related_name="deliveries")
    company_id = models.UUIDField()  # the endpoint's, for row security
    source = models.TextField()  # what brought it, for once
    type = models.TextField()
    content = SealedJSONField()
    state = models.TextField(choices=State, default=State.WAITING)
    tries = models.PositiveSmallIntegerField(default=0)
    status = models.PositiveSmallIntegerField(null=True, blank=True)
    fault = models.TextField(blank=True)
    made_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True, blank=True)
    next_at = models.DateTimeField(
        db_default=Now()
    )  # by the true clock; while it is sent, when its sender counts as dead

    class Meta:
        constraints = [models.UniqueConstraint(fields=["endpoint", "source"], name="webhooks_delivery_once")]
        indexes = [
            models.Index(
                fields=["next_at", "id"],
                condition=models.Q(state__in=["waiting", "sending"]),
                name="webhooks_delivery_waiting",
            ),
            models.Index(fields=["endpoint", "-made_at", "-id"], name="webhooks_delivery_list"),
        ]


class Reader(models.Model):
    """How far the outbox was read: everything up to (`txid`, `event_id`)."""

    name = models.TextField(primary_key=True)
    txid = models.BigIntegerField(default=0)
    event_id = models.BigIntegerField(default=0)
