"""Persons who log in, companies they act for, and in which roles."""

from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Lower

from pazar.ground.identity.rules.roles import Role, StaffRole
from pazar.ground.ids import new_id
from pazar.ground.sealing import SealedJSONField


class Company(models.Model):
    """A firm or body: a member of the centre, or only known from published notices."""

    class Standing(models.TextChoices):
        OUTSIDE = "outside"
        MEMBER = "member"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    name = models.TextField()
    country = models.CharField(max_length=2, blank=True)
    number_scheme = models.TextField(blank=True)
    number = models.TextField(blank=True)
    town = models.TextField(blank=True)
    region = models.TextField(blank=True)
    address = models.TextField(blank=True)
    standing = models.TextField(choices=Standing, default=Standing.OUTSIDE)
    # Of whom among its people the company demands a second factor at the log-in.
    factor_roles = ArrayField(
        models.TextField(choices=[(r.value, r.value) for r in Role]), default=list, db_default=[], blank=True
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["country", "number"],
                condition=~models.Q(number=""),
                name="identity_company_number_once",
            ),
        ]
        indexes = [
            # Beside these `identity_company_latin`, of names in one script, which a migration makes in SQL.
            models.Index(fields=["country", "standing", "name", "id"], name="identity_company_of_country"),
            models.Index(fields=["standing", "name", "id"], name="identity_company_list"),
        ]

    def __str__(self) -> str:
        return self.name


class PersonManager(BaseUserManager["Person"]):
    def get_by_natural_key(self, username: str | None) -> "Person":
        return self.get(email__iexact=username)


class Person(AbstractBaseUser):
    """Who logs in. An *account* is a customer in the sales wing, never this."""

    class Theme(models.TextChoices):
        SYSTEM = "system"
        LIGHT = "light"
        DARK = "dark"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    email = models.EmailField(max_length=254, unique=True)
    name = models.TextField()
    language = models.CharField(max_length=5, default="en")
    zone = models.TextField(default="Europe/Sofia")
    theme = models.TextField(choices=Theme, default=Theme.SYSTEM)
    staff_roles = ArrayField(
        models.TextField(choices=[(r.value, r.value) for r in StaffRole]), default=list, blank=True
    )
    is_active = models.BooleanField(default=True)
    joined_at = models.DateTimeField(auto_now_add=True)
    is_staff = False
    is_superuser = False

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]
    objects = PersonManager()

    class Meta:
        constraints = [models.UniqueConstraint(Lower("email"), name="identity_person_email_once")]

    def __str__(self) -> str:
        return self.name

    # Django's admin is not used; the two questions it would ask are answered for libraries that ask them.
    def has_perm(self, perm: str, obj: Any = None) -> bool:
        return False

    def has_module_perms(self, app_label: str) -> bool:
        return False


class Membership(models.Model):
    """A person's roles in one company; several companies per person."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="memberships")
    company = models.ForeignKey(Company, on_delete=models.CASCADE, related_name="memberships")
    roles = ArrayField(models.TextField(choices=[(r.value, r.value) for r in Role]), default=list)
    is_active = models.BooleanField(default=True)
    since = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person", "company"], name="identity_membership_once"),
        ]
        indexes = [models.Index(fields=["company", "is_active"], name="identity_membership_company")]


class SealingKey(models.Model):
    """The public half of a person's key pair for sealed bids (B8); the other half never comes here."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="sealing_keys")
    public_key = models.BinaryField()
    fingerprint = models.TextField(unique=True)
    made_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person"], condition=models.Q(revoked_at=None), name="identity_one_living_sealing_key"
            ),
        ]


class LoginTries(models.Model):
    """How often a log-in was tried, under a keyed digest of who tried it; forgotten after a day."""

    key = models.BinaryField(primary_key=True)
    since = models.DateTimeField()
    tries = models.PositiveIntegerField()

    class Meta:
        indexes = [models.Index(fields=["since"], name="identity_login_tries_age")]


class Sitting(models.Model):
    """A browser in which a person is logged in: what he sees of it, and which session it is, by its digest alone."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    digest = models.TextField(unique=True)  # as the table of sessions has it
    begun_at = models.DateTimeField()
    seen_at = models.DateTimeField()
    about = SealedJSONField(default=dict)  # browser, computer, network, how he got in

    class Meta:
        indexes = [models.Index(fields=["person", "-begun_at"], name="identity_sittings_of_person")]
