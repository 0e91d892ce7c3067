"""Accounts (customers) of a company's desk, and their time line."""

from django.db import models
from django.db.models.functions import Upper

from pazar.ground.ids import new_id


class BooksImport(models.Model):
    """Books that a company brought in from elsewhere (D3): what came of which files, and whether it was taken back."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    company = models.ForeignKey("identity.Company", on_delete=models.CASCADE, related_name="+")
    person = models.ForeignKey("identity.Person", on_delete=models.PROTECT, null=True, related_name="+")
    report = models.JSONField(default=dict)  # pipeline.books.report: what `pazar desk import --json` prints
    at = models.DateTimeField()
    undone_at = models.DateTimeField(null=True, blank=True)
    undone_by = models.ForeignKey("identity.Person", on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        indexes = [models.Index(fields=["company", "-at", "-id"], name="customers_books_list")]


class BooksChange(models.Model):
    """A row of the desk that an import changed, as it stood before: what taking the import back restores."""

    id = models.BigAutoField(primary_key=True)
    company = models.ForeignKey("identity.Company", on_delete=models.CASCADE, related_name="+")
    books = models.ForeignKey(BooksImport, on_delete=models.CASCADE, related_name="changes")
    kind = models.TextField()  # "account" | "deal" | "lead"
    row_id = models.UUIDField()
    was = models.JSONField()

    class Meta:
        indexes = [models.Index(fields=["books", "kind"], name="customers_books_change")]


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
    parent = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, blank=True, related_name="daughters")
    details = models.JSONField(default=dict, blank=True)  # what books said beside: column → text
    brought_by = models.ForeignKey(BooksImport, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

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
            models.Index(fields=["parent"], condition=models.Q(parent__isnull=False), name="customers_daughters"),
            models.Index(fields=["brought_by"], condition=models.Q(brought_by__isnull=False), name="customers_brought"),
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
