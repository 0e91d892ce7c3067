"""Entries, their payloads beside them, their order, the tree over it, and what has been disclosed or erased."""

from django.db import models

from pazar.ground.ids import new_id
from pazar.ground.sealing import SealableBinaryField


class Entry(models.Model):
    """One act. Never changed, never removed: the app has no right to. `leaf` commits to the payload."""

    id = models.BigAutoField(primary_key=True)
    made_at = models.DateTimeField()
    leaf = models.BinaryField()
    # While set and not disclosed, the entry is shown by its leaf alone. A keyed digest: it names neither box nor desk.
    secret_key = models.TextField(blank=True)
    subject_id = models.UUIDField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["subject_id", "id"], name="journal_entry_subject"),
        ]


class Payload(models.Model):
    """What an entry says, with the salt of its leaf. May be erased (personal data) without breaking the chain.

    Of a secret entry both lie sealed, after its disclosure too: the database shows no more than the journal does.
    """

    entry = models.OneToOneField(Entry, on_delete=models.PROTECT, primary_key=True, related_name="payload")
    salt = SealableBinaryField()
    content = SealableBinaryField()


class Waiting(models.Model):
    """An entry without a place in the order yet. A trigger writes it, whoever appends; the sequencer takes it away."""

    entry = models.OneToOneField(Entry, on_delete=models.PROTECT, primary_key=True, related_name="waiting")


class Position(models.Model):
    """An entry's place in the order without gaps, given by the sequencer after the entry's transaction has ended."""

    seq = models.BigIntegerField(primary_key=True)
    entry = models.OneToOneField(Entry, on_delete=models.PROTECT, related_name="position")


class Disclosure(models.Model):
    """From this moment on, entries under `secret_key` are shown whole."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    secret_key = models.TextField(unique=True)
    made_at = models.DateTimeField()


class CoverClock(models.Model):
    """One row: when the next act that doesn't happen is due, by the true time; whichever node comes first does it."""

    only = models.BooleanField(primary_key=True, default=True)
    next_at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(only=True), name="journal_coverclock_only_one")]


class Node(models.Model):
    """The hash of one complete subtree of the Merkle tree, above its leaves; it never changes again."""

    pk = models.CompositePrimaryKey("level", "place")
    level = models.SmallIntegerField()
    place = models.BigIntegerField()
    hash = models.BinaryField()


class Head(models.Model):
    """The tree at one size, signed. `note` is what is published: a head once shown is never changed."""

    size = models.BigIntegerField(primary_key=True)
    root = models.BinaryField()
    note = models.TextField()
    made_at = models.DateTimeField()


class Stamp(models.Model):
    """An outside authority's word (RFC 3161) that a head existed at `stamped_at`, by the authority's clock."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    head = models.ForeignKey(Head, on_delete=models.PROTECT, related_name="stamps")
    authority = models.TextField()
    answer = models.BinaryField()
    stamped_at = models.DateTimeField()
    made_at = models.DateTimeField()


class StampTry(models.Model):
    """That an authority was asked, and how it went: `fault` is empty where it answered well."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    # By the true time: the authority and its period know nothing of a demo's clock.
    at = models.DateTimeField()
    authority = models.TextField()
    fault = models.TextField(blank=True)


class Erasure(models.Model):
    """The payload of `entry` is gone; `record` is the entry that says by whom and why."""

    entry = models.OneToOneField(Entry, on_delete=models.PROTECT, primary_key=True, related_name="erasure")
    record = models.OneToOneField(Entry, on_delete=models.PROTECT, related_name="erases")
    made_at = models.DateTimeField()
