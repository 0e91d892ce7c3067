"""Messages on the centre and the mails that go with them."""

from django.db import models

from pazar.ground.ids import new_id


class Message(models.Model):
    """What one person is told, in his language, with the page it is about. `once` keeps it from being told twice."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    person = models.ForeignKey("identity.Person", on_delete=models.CASCADE, related_name="+")
    company = models.ForeignKey("identity.Company", on_delete=models.CASCADE, null=True, related_name="+")
    kind = models.TextField()
    title = models.TextField()
    text = models.TextField(blank=True)
    path = models.TextField(blank=True)  # on the centre
    once = models.TextField()
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
    """A mail as it went out, or waits, or failed. Kept so that a demo and an operator can see what was sent."""

    class State(models.TextChoices):
        WAITING = "waiting"
        SENT = "sent"
        KEPT = "kept"  # no mail server is set: readable in the mailbox only
        FAILED = "failed"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    message = models.ForeignKey(Message, on_delete=models.SET_NULL, null=True, related_name="+")
    person = models.ForeignKey("identity.Person", on_delete=models.SET_NULL, null=True, related_name="+")
    to = models.EmailField(max_length=254)
    subject = models.TextField()
    text = models.TextField()
    html = models.TextField()
    headers = models.JSONField(default=dict)
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
