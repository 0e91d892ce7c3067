"""Entries, their payloads beside them, their order, and what has been disclosed."""

from django.db import models

from pazar.ground.ids import new_id
from pazar.ground.sealing import SealableBinaryField


class Entry(models.Model):
    """One act. Never changed, never removed: the app has no right to. `leaf` commits to the payload."""

    id = models.BigAutoField(primary_key=True)
    made_at = models.DateTimeField()
    # The writing transaction, so that the sequencer passes none that is still running.
    txid = models.BigIntegerField()
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


class Position(models.Model):
    """An entry's place in the order without gaps, given once no older transaction runs any more."""

    seq = models.BigIntegerField(primary_key=True)
    entry = models.OneToOneField(Entry, on_delete=models.PROTECT, related_name="position")


class Disclosure(models.Model):
    """From this moment on, entries under `secret_key` are shown whole."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    secret_key = models.TextField(unique=True)
    made_at = models.DateTimeField()
