"""Tokens for programs, and answers already given under an idempotency key."""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from pazar.ground.ids import new_id


class Token(models.Model):
    """Lets a program act for a person in one company, within `scopes`. Only the digest of its secret is kept."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    person = models.ForeignKey("identity.Person", on_delete=models.CASCADE, related_name="+")
    company = models.ForeignKey("identity.Company", on_delete=models.CASCADE, null=True, related_name="+")
    name = models.TextField()
    digest = models.BinaryField(unique=True)  # SHA-256 of the secret, which has 256 bits of chance
    scopes = ArrayField(models.TextField(), default=list)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["person", "-created_at"], name="api_token_list")]


class GivenAnswer(models.Model):
    """The answer first given to a POST under this key: the same request again gets it again.

    Neither request nor answer can be read here: the one is a keyed digest, the other lies under the centre's key,
    since both may hold a bid's price before the opening.
    """

    id = models.BigAutoField(primary_key=True)
    person = models.ForeignKey("identity.Person", on_delete=models.CASCADE, related_name="+")
    key = models.TextField()
    request_digest = models.BinaryField()
    status = models.PositiveSmallIntegerField(null=True)
    sealed_body = models.BinaryField(null=True)
    made_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "key"], name="api_given_answer_once")]
        indexes = [models.Index(fields=["made_at"], name="api_given_answer_age")]
