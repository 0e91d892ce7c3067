"""Accounts (customers) of a company's desk, and their time line."""

from django.db import models
from django.db.models.functions import Upper

from pazar.ground.ids import new_id


class Account(models.Model):
    """A customer, or one who may become it. Belongs to one company's desk; other companies never see it."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    company = models.ForeignKey("identity.Company", on_delete=models.CASCADE, related_name="+")
    name = models.TextField()
    country = models.CharField(max_length=2, blank=True)
    number = models.TextField(blank=True)
    town = models.TextField(blank=True)
    manager = models.ForeignKey("identity.Person", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["company", "country", "number"],
                condition=~models.Q(number=""),
                name="customers_account_number_once",
            ),
        ]
        indexes = [
            models.Index(fields=["company", "name", "id"], name="customers_account_list"),
            models.Index("company", Upper("name"), name="customers_account_by_name"),
        ]

    def __str__(self) -> str:
        return self.name


class Touch(models.Model):
    """An entry of an account's time line. Never rewritten (the app has no right to): a correction is a new entry.

    `kind` and `facts` are the house's own and said in the reader's language; `text` is what a person wrote.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    company = models.ForeignKey("identity.Company", on_delete=models.CASCADE, related_name="+")
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="touches")
    kind = models.TextField()
    text = models.TextField(blank=True)
    facts = models.JSONField(default=dict)
    person = models.ForeignKey("identity.Person", on_delete=models.PROTECT, null=True, related_name="+")
    happened_at = models.DateTimeField()
    corrects = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="corrections")

    class Meta:
        indexes = [models.Index(fields=["account", "-happened_at", "-id"], name="customers_touch_line")]
