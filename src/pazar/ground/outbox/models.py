"""Stored events, and which handler has dealt with which."""

from django.db import models

from pazar.ground.sealing import SealedJSONField


class Event(models.Model):
    """A fact of the house as it was published. Some name a bidder before the opening: so all lie sealed."""

    id = models.BigAutoField(primary_key=True)
    kind = models.TextField()
    content = SealedJSONField()
    published_at = models.DateTimeField()
    txid = models.BigIntegerField(db_default=0, editable=False)  # the column's own default: the transaction's id

    class Meta:
        indexes = [models.Index(fields=["txid", "id"], name="outbox_event_in_order")]


class Handled(models.Model):
    """`handler` has dealt with `event`: written in its own transaction, so that a second call does nothing."""

    id = models.BigAutoField(primary_key=True)
    event = models.ForeignKey(Event, on_delete=models.CASCADE)
    handler = models.TextField()
    handled_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["event", "handler"], name="outbox_handled_once")]
