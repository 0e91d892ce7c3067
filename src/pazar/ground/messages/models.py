"""Messages on the centre and the mails that go with them."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now

from pazar.ground.ids import new_id
from pazar.ground.sealing import SealedBinaryJSONField, SealedJSONField, SealedTextField


class Message(models.Model):
    """What one person is told, in his language, with the page it is about. `once` keeps it from being told twice.

    A receipt would name a bidder before the opening, and so would a reminder that comes to bidders alone. So every
    message lies sealed, its kind too, and `once` is a keyed digest: a row says that a person was told something.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    person = models.ForeignKey("identity.Person", on_delete=models.CASCADE, related_name="+")
    # All that is said, under one seal: company (the id of the one he was told it for, or nothing), kind, title, text,
    # path (on the centre), topics (what within the kind brought it).
    content = SealedBinaryJSONField()
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
    def company(self) -> str:
        return self._said("company")

    @property
    def kind(self) -> str:
        return self._said("kind")

    @property
    def title(self) -> str:
        return self._said("title")

    @property
    def text(self) -> str:
        return self._said("text")

    @property
    def path(self) -> str:
        return self._said("path")

    @property
    def topics(self) -> list[str]:
        return list(self.content.get("topics", ()))

    @property
    def paragraphs(self) -> list[str]:
        return [part for part in self.text.split("\n\n") if part.strip()]

    def _said(self, name: str) -> str:
        return str(self.content.get(name, ""))


class Mail(models.Model):
    """A mail as it went out, or waits, or failed. Kept so that a demo and an operator can see what was sent.

    What it says lies sealed, for the message's reasons; its headers name the kind.
    """

    class State(models.TextChoices):
        WAITING = "waiting"
        SENDING = "sending"
        SENT = "sent"
        KEPT = "kept"  # no mail server is set: readable in the mailbox only
        FAILED = "failed"
        SUPPRESSED = "suppressed"  # its address is written to no more
        RETURNED = "returned"  # it was sent, and came back

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
    domain = models.TextField(default="")
    # From then on somebody may take it, by the true clock: networks don't follow a demo's. While it is being sent
    # this is when whoever took it counts as dead.
    next_at = models.DateTimeField(db_default=Now())

    class Meta:
        indexes = [
            models.Index(fields=["-made_at", "-id"], name="messages_mail_list"),
            models.Index(fields=["person", "-made_at"], name="messages_mail_of_person"),
            models.Index(
                fields=["next_at", "id"],
                include=["domain"],
                condition=models.Q(state__in=["waiting", "sending"]),
                name="messages_mail_waiting",
            ),
            models.Index(
                fields=["-made_at", "-id"],
                condition=models.Q(state__in=["failed", "suppressed", "returned"]),
                name="messages_mail_undelivered",
            ),
        ]


class DomainMinute(models.Model):
    """How many mails a domain got in the minute that runs: every node asks here before it takes some."""

    domain = models.TextField(primary_key=True)
    minute = models.DateTimeField()
    sent = models.PositiveIntegerField()


class Bounce(models.Model):
    """What a mail server reported of one address. `digest` keeps the same report from counting twice."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    mail = models.ForeignKey(Mail, on_delete=models.SET_NULL, null=True, related_name="+")
    address = models.TextField(blank=True)
    kind = models.TextField()  # rules.reports.Kind
    status = models.TextField(blank=True)
    words = models.TextField(blank=True)
    digest = models.BinaryField(unique=True)
    came_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["-came_at", "-id"], name="messages_bounce_list"),
            models.Index(fields=["address", "came_at"], name="messages_bounce_address"),
        ]


class Suppression(models.Model):
    """An address that is written to no more, until an operator takes it back."""

    class Why(models.TextChoices):
        HARD = "hard"
        SOFT = "soft"
        COMPLAINT = "complaint"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    address = models.TextField(unique=True)  # lower case
    why = models.TextField(choices=Why)
    words = models.TextField(blank=True)
    since = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["-since", "-id"], name="messages_suppression_list")]


class Mute(models.Model):
    """A kind of mail that a person doesn't want any more (one-click unsubscribe, RFC 8058)."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    person = models.ForeignKey("identity.Person", on_delete=models.CASCADE, related_name="+")
    kind = models.TextField()
    since = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "kind"], name="messages_mute_once")]


class Wish(models.Model):
    """How soon a person wants mail of a kind; with a `topic` (an interest's id) of what that brings alone."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    person = models.ForeignKey("identity.Person", on_delete=models.CASCADE, related_name="+")
    kind = models.TextField()
    topic = models.TextField(blank=True)
    pace = models.TextField()  # rules.hours.Pace; a kind's "never" is a Mute

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "kind", "topic"], name="messages_wish_once")]


class PersonHours(models.Model):
    """When a person's digests come, and when he wants to be left alone; by his own clock."""

    person = models.OneToOneField("identity.Person", on_delete=models.CASCADE, primary_key=True, related_name="+")
    hour = models.PositiveSmallIntegerField(default=8)
    weekday = models.PositiveSmallIntegerField(default=0)  # Monday
    quiet_from = models.PositiveSmallIntegerField(null=True, blank=True)
    quiet_until = models.PositiveSmallIntegerField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(hour__lte=23, weekday__lte=6)
                & (models.Q(quiet_from=None) | models.Q(quiet_from__lte=23))
                & (models.Q(quiet_until=None) | models.Q(quiet_until__lte=23)),
                name="messages_hours_of_a_day",
            )
        ]


class Held(models.Model):
    """A message whose mail waits for its hour. One row a message, so that it goes into one mail and no other."""

    message = models.OneToOneField(Message, on_delete=models.CASCADE, primary_key=True, related_name="+")
    person = models.ForeignKey("identity.Person", on_delete=models.CASCADE, related_name="+")
    topics = ArrayField(models.TextField(), default=list, blank=True)
    due_at = models.DateTimeField()
    mail = models.ForeignKey(Mail, on_delete=models.SET_NULL, null=True, related_name="+")
    is_over = models.BooleanField(default=False)  # in a mail, or read or not wanted before that

    class Meta:
        indexes = [
            models.Index(fields=["due_at"], condition=models.Q(is_over=False), name="messages_held_due"),
            models.Index(fields=["person"], condition=models.Q(is_over=False), name="messages_held_of_person"),
        ]


class FeedAddress(models.Model):
    """A secret address at which a program reads a feed as one person for one company; one living a feed."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    person = models.ForeignKey("identity.Person", on_delete=models.CASCADE, related_name="+")
    company = models.ForeignKey("identity.Company", on_delete=models.CASCADE, related_name="+")
    feed = models.TextField()
    made_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)
    read_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person", "company", "feed"],
                condition=models.Q(revoked_at=None),
                name="messages_one_living_feed_address",
            )
        ]
