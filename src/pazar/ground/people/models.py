"""Invitations, chains of approval and what they were asked, requests of persons for their own data."""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from pazar.ground.identity.rules.roles import Role
from pazar.ground.ids import new_id
from pazar.ground.people.rules.chain import Kind
from pazar.ground.sealing import SealedJSONField

_ROLES = [(r.value, r.value) for r in Role]


class Invitation(models.Model):
    """Somebody is asked by mail to become one of a company's people. The secret of its link is kept as a digest."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    company = models.ForeignKey("identity.Company", on_delete=models.CASCADE, related_name="+")
    email = models.EmailField(max_length=254)
    roles = ArrayField(models.TextField(choices=_ROLES))
    language = models.CharField(max_length=5)
    digest = models.BinaryField(unique=True)
    made_by = models.ForeignKey("identity.Person", on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True, blank=True)
    accepted_by = models.ForeignKey("identity.Person", on_delete=models.SET_NULL, null=True, related_name="+")
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                "company",
                models.functions.Lower("email"),
                condition=models.Q(accepted_at=None, revoked_at=None),
                name="people_one_living_invitation",
            )
        ]
        indexes = [models.Index(fields=["company", "-made_at"], name="people_invitations")]


class ChainStep(models.Model):
    """What a company wants approved by a second person, and from which value on."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    company = models.ForeignKey("identity.Company", on_delete=models.CASCADE, related_name="+")
    kind = models.TextField(choices=[(k.value, k.value) for k in Kind])
    above_amount = models.DecimalField(max_digits=22, decimal_places=4)
    currency = models.CharField(max_length=3)
    role = models.TextField(choices=_ROLES)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["company", "kind", "above_amount", "role"], name="people_chain_step_once"),
            models.CheckConstraint(condition=models.Q(above_amount__gte=0), name="people_chain_above_is_no_debt"),
        ]


class Approval(models.Model):
    """One thing that waits for a second person, or was decided. Row security: it tells that a company bids."""

    class State(models.TextChoices):
        WAITING = "waiting"
        APPROVED = "approved"
        REFUSED = "refused"
        WITHDRAWN = "withdrawn"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    company = models.ForeignKey("identity.Company", on_delete=models.CASCADE, related_name="+")
    kind = models.TextField(choices=[(k.value, k.value) for k in Kind])
    subject_id = models.UUIDField()
    digest = models.TextField()  # of what is to be done: another content needs another approval
    about = SealedJSONField()  # title, amount, currency, path, note
    state = models.TextField(choices=State, default=State.WAITING)
    asked_by = models.ForeignKey("identity.Person", on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["company", "kind", "subject_id"],
                condition=models.Q(state="waiting"),
                name="people_one_waiting_approval",
            )
        ]
        indexes = [models.Index(fields=["company", "state", "-asked_at"], name="people_approvals")]


class ApprovalStep(models.Model):
    """The word of one person within an approval, by the order of the chain."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    approval = models.ForeignKey(Approval, on_delete=models.CASCADE, related_name="steps")
    company = models.ForeignKey("identity.Company", on_delete=models.CASCADE, related_name="+")
    place = models.PositiveSmallIntegerField()
    role = models.TextField(choices=_ROLES)
    lent_to = models.ForeignKey("identity.Person", on_delete=models.SET_NULL, null=True, related_name="+")
    decided_by = models.ForeignKey("identity.Person", on_delete=models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    approved = models.BooleanField(null=True)
    reason = models.TextField(blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["approval", "place"], name="people_step_place_once")]


class LookIn(models.Model):
    """An operator of the centre looks into a company's particulars: with a reason, for a limited time, told to it."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    company = models.ForeignKey("identity.Company", on_delete=models.CASCADE, related_name="+")
    person = models.ForeignKey("identity.Person", on_delete=models.PROTECT, related_name="+")
    reason = models.TextField()
    begun_at = models.DateTimeField()
    ends_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["company", "-begun_at"], name="people_look_ins_of_company"),
            models.Index(fields=["person", "-begun_at"], name="people_look_ins_of_person"),
        ]


class DataExport(models.Model):
    """Everything about a person, as one file for himself; it lies sealed and goes after some days."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    person = models.ForeignKey("identity.Person", on_delete=models.CASCADE, related_name="+")
    asked_at = models.DateTimeField()
    ready_at = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField()
    size = models.BigIntegerField(default=0)
    storage_name = models.TextField(blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["person", "-asked_at"], name="people_exports_of_person"),
            models.Index(fields=["expires_at"], name="people_exports_by_end"),
        ]
