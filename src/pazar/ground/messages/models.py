"""Messages on the centre and the mails that go with them."""

from django.db import models

from pazar.ground.ids import new_id
from pazar.ground.sealing import SealedJSONField, SealedTextField


class Message(models.Model):
    """What one person is told, in his language, with the page it is about. `once` keeps it from being told twice.

    A receipt would name a bidder before the opening, and so would a reminder that comes to bidders alone. So every
    message lies sealed, its kind too, and `once` is a keyed digest: a row says that a person was told something.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    person = models.ForeignKey("identity.Person", on_delete=models.CASCADE, related_name="+")
    company = SealedTextField(blank=True)  # the id of the one he was told it for, or nothing
    kind = SealedTextField()
    title = SealedTextField()
    text = SealedTextField(blank=True)
    path = SealedTextField(blank=True)  # on the centre
    once = models.TextField()  # sealing.token of what names the thing
    made_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "once"], name="messages_message_once")]
        indexes = [
            models.Index(fields=["person", "-made_at", "-id"], name="messages_of_person"),
            models.Index(fields=["person"], condition=models.Q(read_at=None), name="messages_unread"),
        ]

    @property
    def paragraphs(self) -> list[str]:
        return [part for part in self.text.split("\n\n") if part.strip()]


class Mail(models.Model):
    """A mail as it went out, or waits, or failed. Kept so that a demo and an operator can see what was sent.

    What it says lies sealed, for the message's reasons; its headers name the kind.
    """

    class State(models.TextChoices):
        WAITING = "waiting"
        SENT = "sent"
        KEPT = "kept"  # no mail server is set: readable in the mailbox only
        FAILED = "failed"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    message = models.ForeignKey(Message, on_delete=models.SET_NULL, null=True, related_name="+")
    person = models.ForeignKey("identity.Person", on_delete=models.SET_NULL, null=True, related_name="+")
    to = models.EmailField(max_length=254)
    subject = SealedTextField()
    text = SealedTextField()
    html = SealedTextField()
    headers = SealedJSONField(default=dict)
    state = models.TextField(choices=State, default=State.WAITING)
    made_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, blank=True)
    fault = models.TextField(blank=True)
    tries = models.PositiveSmallIntegerField(default=0)

    class Meta:
        indexes = [
            models.Index(fields=["-made_at", "-id"], name="messages_mail_list"),
        ]


class Mute(models.Model):
    """A kind of mail that a person doesn't want any more (one-click unsubscribe, RFC 8058)."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    person = models.ForeignKey("identity.Person", on_delete=models.CASCADE, related_name="+")
    kind = models.TextField()
    since = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "kind"], name="messages_mute_once")]
