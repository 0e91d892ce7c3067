"""Procedures with their lots, items, documents, versions and enquiries; our own and those others published."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models

from pazar.ground.ids import new_id
from pazar.ground.sealing import SealedTextField


class Procedure(models.Model):
    """A procurement procedure (OCDS *tender*), of a buyer here or published elsewhere.

    Times are the centre's clock. What a source doesn't say is empty, never guessed.
    """

    class Origin(models.TextChoices):
        OWN = "own"
        OUTSIDE = "outside"

    class State(models.TextChoices):
        DRAFT = "draft"
        PUBLISHED = "published"
        CLOSED = "closed"
        OPENED = "opened"
        AWARDED = "awarded"
        CANCELLED = "cancelled"
        FAILED = "failed"

    class Seal(models.TextChoices):
        SERVER = "server"
        SERVER_AND_PERSON = "server_and_person"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    reference = models.TextField(blank=True)
    origin = models.TextField(choices=Origin, default=Origin.OWN)
    state = models.TextField(choices=State, default=State.DRAFT)
    kind = models.TextField(blank=True)  # rules.kinds.Kind for our own; the source's method otherwise
    regime = models.TextField(blank=True)  # the code of a regime pack
    version = models.PositiveIntegerField(default=1)

    buyer = models.ForeignKey("identity.Company", on_delete=models.PROTECT, null=True, related_name="+")
    buyer_name = models.TextField(blank=True)
    buyer_lemmas = ArrayField(models.TextField(), default=list, db_default=[], blank=True)  # of its name, for search
    title = models.TextField()
    description = models.TextField(blank=True)
    language = models.CharField(max_length=8, blank=True)
    currency = models.CharField(max_length=3, blank=True)
    value_amount = models.DecimalField(max_digits=22, decimal_places=4, null=True, blank=True)
    cpv = ArrayField(models.CharField(max_length=8), default=list)  # all its lots' codes together, for lists
    regions = ArrayField(models.TextField(), default=list)
    award_criterion = models.TextField(default="lowest_price", blank=True)
    vat_included = models.BooleanField(default=False)
    payment_terms = models.TextField(blank=True)
    delivery_terms = models.TextField(blank=True)
    requirements = models.TextField(blank=True)
    seal = models.TextField(choices=Seal, default=Seal.SERVER)
    seal_person = models.ForeignKey(
        "identity.Person", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    published_at = models.DateTimeField(null=True, blank=True)
    enquiries_close_at = models.DateTimeField(null=True, blank=True)
    closes_at = models.DateTimeField(null=True, blank=True)  # OCDS tenderPeriod.endDate
    opened_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    end_reason = models.TextField(blank=True)
    created_by = models.ForeignKey("identity.Person", on_delete=models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    changed_at = models.DateTimeField(auto_now=True)

    # Of an outside procedure only.
    source = models.TextField(blank=True)
    source_id = models.TextField(blank=True)
    source_publisher = models.TextField(blank=True)  # who runs that source, as he calls himself
    source_url = models.TextField(blank=True)
    source_digest = models.BinaryField(null=True)  # of the normalised record: the same again changes nothing
    source_published_on = models.DateField(null=True)
    source_closes_at = models.DateTimeField(null=True)  # as published; a demo may have moved `closes_at`

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["source", "source_id"],
                condition=models.Q(origin="outside"),
                name="procedures_source_once",
            ),
            models.UniqueConstraint(
                fields=["reference"],
                condition=models.Q(origin="own") & ~models.Q(reference=""),
                name="procedures_reference_once",
            ),
            # A draft has none yet: numbers are given out at publication, so that none is missing in a year.
            models.CheckConstraint(
                condition=models.Q(origin="outside") | models.Q(state="draft") | ~models.Q(reference=""),
                name="procedures_published_has_a_reference",
            ),
            models.CheckConstraint(
                condition=models.Q(origin="outside") | models.Q(buyer__isnull=False),
                name="procedures_own_has_a_buyer",
            ),
            models.CheckConstraint(
                condition=~models.Q(origin="own", state="published") | models.Q(closes_at__isnull=False),
                name="procedures_published_has_a_deadline",
            ),
        ]
        indexes = [
            models.Index(fields=["-published_at", "-id"], condition=~models.Q(state="draft"), name="procedures_newest"),
            models.Index(fields=["closes_at", "id"], condition=models.Q(state="published"), name="procedures_open"),
            models.Index(fields=["buyer", "-created_at"], name="procedures_of_buyer"),
            GinIndex(fields=["cpv"], name="procedures_cpv"),
        ]

    def __str__(self) -> str:
        return f"{self.reference} {self.title}"

    @property
    def web_address(self) -> str:
        """Where an outside procedure is published, if that is an address of the web; whatever else a source wrote
        there is no link."""
        return self.source_url if self.source_url.startswith(("https://", "http://")) else ""

    @property
    def is_own(self) -> bool:
        return self.origin == self.Origin.OWN

    @property
    def has_second_holder(self) -> bool:
        """Whether a person of the buyer holds a key beside the server."""
        return self.seal == self.Seal.SERVER_AND_PERSON


class Lot(models.Model):
    """A part that is bid on, matched and awarded as a whole."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    procedure = models.ForeignKey(Procedure, on_delete=models.CASCADE, related_name="lots")
    number = models.TextField()
    position = models.PositiveIntegerField(default=0)
    title = models.TextField(blank=True)
    description = models.TextField(blank=True)
    cpv = ArrayField(models.CharField(max_length=8), default=list)
    regions = ArrayField(models.TextField(), default=list)
    value_amount = models.DecimalField(max_digits=22, decimal_places=4, null=True, blank=True)
    currency = models.CharField(max_length=3, blank=True)
    lemmas = ArrayField(models.TextField(), default=list)  # of title and description, its own and the procedure's

    class Meta:
        constraints = [models.UniqueConstraint(fields=["procedure", "number"], name="procedures_lot_number_once")]
        indexes = [
            GinIndex(fields=["cpv"], name="procedures_lot_cpv"),
            GinIndex(fields=["regions"], name="procedures_lot_regions"),
            GinIndex(fields=["lemmas"], name="procedures_lot_lemmas"),
        ]

    @property
    def says_delivery(self) -> bool:
        """Whether any of its items says where or when; asks for them unless they are prefetched."""
        return any(item.place or item.delivery for item in self.items.all())


class Listed(models.Model):
    """What lists and search read of a published procedure: short, so that a million of them is walked quickly (J4).

    Kept by triggers of the database (`procedures_list_again`), as an index is: no writer can forget it. `terms` are
    its lots' lemmas (`w…`), CPV codes and all above them (`c…`), regions and all around them (`r…`), origin (`o…`),
    kind (`k…`), buyer (`b…`) and its reference or source's id in lower case (`n…`).
    """

    # The database's own constraint deletes it with its procedure: Django would do so too early, before the lots.
    procedure = models.OneToOneField(
        Procedure, on_delete=models.DO_NOTHING, primary_key=True, db_constraint=False, related_name="listed"
    )
    published_at = models.DateTimeField(null=True)
    closes_at = models.DateTimeField(null=True)
    is_open = models.BooleanField()  # as far as the state says; an outside procedure is closed by its deadline alone
    value_amount = models.DecimalField(max_digits=26, decimal_places=4, null=True)
    currency = models.CharField(max_length=3, default="")
    terms = ArrayField(models.TextField())

    class Meta:
        indexes = [
            models.Index(fields=["-published_at", "-procedure"], name="procedures_listed_newest"),
            models.Index(
                fields=["closes_at", "procedure"], condition=models.Q(is_open=True), name="procedures_listed_open"
            ),
            # Values are compared within one currency only.
            models.Index(
                fields=["currency", "-value_amount", "-procedure"],
                condition=models.Q(value_amount__isnull=False),
                name="procedures_listed_value",
            ),
            GinIndex(fields=["terms"], name="procedures_listed_terms"),
        ]


class Item(models.Model):
    """A line of a lot: what, how many, where to, until when."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    lot = models.ForeignKey(Lot, on_delete=models.CASCADE, related_name="items")
    position = models.PositiveIntegerField(default=0)
    description = models.TextField()
    cpv = models.CharField(max_length=8, blank=True)
    quantity = models.DecimalField(max_digits=22, decimal_places=6, null=True, blank=True)
    unit = models.TextField(blank=True)  # UN/CEFACT Rec 20 code; a source's own word where it uses none
    place = models.TextField(blank=True)
    delivery = models.TextField(blank=True)

    class Meta:
        indexes = [models.Index(fields=["lot", "position"], name="procedures_item_of_lot")]


class Document(models.Model):
    """An attachment of a procedure, by version; never overwritten."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    procedure = models.ForeignKey(Procedure, on_delete=models.CASCADE, related_name="documents")
    file = models.ForeignKey("files.StoredFile", on_delete=models.PROTECT, related_name="+")
    title = models.TextField()
    since_version = models.PositiveIntegerField(default=1)
    until_version = models.PositiveIntegerField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["procedure", "id"], name="procedures_document_of")]

    @property
    def hex_digest(self) -> str:
        """SHA-256 of the content, for whoever checks what he downloaded."""
        return bytes(self.file.digest).hex()


class Version(models.Model):
    """A published version, whole: what `rules.versions` compares, and what bids are bound to."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    # The app may delete no version; what has one isn't deleted.
    procedure = models.ForeignKey(Procedure, on_delete=models.DO_NOTHING, related_name="versions")
    number = models.PositiveIntegerField()
    content = models.JSONField()
    reason = models.TextField(blank=True)
    made_at = models.DateTimeField()
    made_by = models.ForeignKey("identity.Person", on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["procedure", "number"], name="procedures_version_once")]


class PendingChange(models.Model):
    """A change of a published procedure that its buyer is still writing. `content` as a version's."""

    procedure = models.OneToOneField(
        Procedure, on_delete=models.CASCADE, primary_key=True, related_name="pending_change"
    )
    content = models.JSONField()
    reason = models.TextField(blank=True)
    saved_at = models.DateTimeField()
    saved_by = models.ForeignKey("identity.Person", on_delete=models.PROTECT, null=True, related_name="+")


class Unread(models.Model):
    """What was typed on the page of a draft or a change and can't be read as its field: kept as typed until mended."""

    procedure = models.OneToOneField(Procedure, on_delete=models.CASCADE, primary_key=True, related_name="unread")
    texts = models.JSONField()  # by field, as a breach names it: `lots.2.items.1.unit`


class Enquiry(models.Model):
    """A question, asked anonymously and answered to all. `asker` is shown to nobody but himself."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    procedure = models.ForeignKey(Procedure, on_delete=models.CASCADE, related_name="enquiries")
    asker = models.ForeignKey("identity.Company", on_delete=models.PROTECT, related_name="+")
    asked_by = models.ForeignKey("identity.Person", on_delete=models.PROTECT, related_name="+")
    question = models.TextField()
    asked_at = models.DateTimeField()
    answer = models.TextField(blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    answered_by = models.ForeignKey("identity.Person", on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        indexes = [models.Index(fields=["procedure", "asked_at"], name="procedures_enquiry_of")]


class PublishedAward(models.Model):
    """An award that a source published for an outside procedure; the centre's own stand in `awards`."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    procedure = models.ForeignKey(Procedure, on_delete=models.CASCADE, related_name="published_awards")
    lot_number = models.TextField(blank=True)
    supplier = models.ForeignKey("identity.Company", on_delete=models.PROTECT, null=True, related_name="+")
    supplier_names = ArrayField(models.TextField(), default=list)
    amount = models.DecimalField(max_digits=22, decimal_places=4, null=True)
    currency = models.CharField(max_length=3, blank=True)
    awarded_on = models.DateField(null=True)
    bids_received = models.PositiveIntegerField(null=True)

    class Meta:
        indexes = [models.Index(fields=["procedure", "id"], name="procedures_award_of")]


class NoticeSource(models.Model):
    """An OCDS API that is asked again and again (B12): where, how its pages follow one another, how far it was read.

    `since` is the newest publication that came to its end, `place` where a run that was cut off goes on.
    """

    class Paging(models.TextChoices):
        LINK = "link"  # each page names the next one: links.next
        NUMBER = "number"  # {page} counts up until a page is empty
        CURSOR = "cursor"  # each page names what stands for {cursor} in the next
        SINCE = "since"  # {since} is the newest publication read, until nothing newer comes

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    name = models.TextField()
    url = models.TextField()  # with {since}, {until}, {page}, {cursor} where the API wants them
    paging = models.TextField(choices=Paging, default=Paging.LINK)
    first_page = models.PositiveIntegerField(default=1)
    cursor_path = models.TextField(blank=True)  # where a page names the next: "links.next", "meta.cursor"
    token = SealedTextField(blank=True)  # sent as Authorization: Bearer
    every_minutes = models.PositiveIntegerField(default=60)
    overlap_hours = models.PositiveIntegerField(default=24)
    is_active = models.BooleanField(default=True)
    since = models.DateTimeField(null=True, blank=True)
    place = models.JSONField(default=dict)
    fault = models.TextField(blank=True)  # of the last run, as a code
    failed_in_row = models.PositiveIntegerField(default=0)
    last_run_at = models.DateTimeField(null=True, blank=True)
    next_run_at = models.DateTimeField(null=True, blank=True)
    made_by = models.ForeignKey("identity.Person", on_delete=models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True, blank=True)  # its imports go on naming it

    class Meta:
        indexes = [
            models.Index(
                fields=["next_run_at"],
                condition=models.Q(is_active=True, removed_at=None),
                name="procedures_source_due",
            )
        ]

    def __str__(self) -> str:
        return self.name


class NoticeImport(models.Model):
    """One run of the importer over some files; what it brought names it: looked at and undone whole."""

    class Way(models.TextChoices):
        COMMAND = "command"
        UPLOAD = "upload"
        API = "api"
        FOLDER = "folder"
        SOURCE = "source"

    class State(models.TextChoices):
        WAITING = "waiting"
        RUNNING = "running"
        ENDED = "ended"
        FAILED = "failed"  # broke off; what came before stays
        UNDOING = "undoing"
        UNDONE = "undone"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)  # empty: it waits, runs or broke off
    begun_by = models.ForeignKey("identity.Person", on_delete=models.PROTECT, null=True, related_name="+")
    files = models.JSONField(default=list)  # per file: name, format and the counts of the report
    way = models.TextField(choices=Way, default=Way.COMMAND)
    state = models.TextField(choices=State, default=State.RUNNING)
    source = models.ForeignKey(NoticeSource, on_delete=models.PROTECT, null=True, related_name="+")
    seen_at = models.DateTimeField(null=True)  # the last sign of life of whoever runs it
    fault = models.TextField(blank=True)  # a code: why it broke off
    undone_by = models.ForeignKey("identity.Person", on_delete=models.PROTECT, null=True, related_name="+")
    undone_at = models.DateTimeField(null=True)
    undo = models.JSONField(default=dict)  # how many were removed, set back, kept; how far an undo has come

    class Meta:
        indexes = [
            models.Index(fields=["-began_at", "-id"], name="procedures_import_newest"),
            models.Index(fields=["source", "-began_at"], name="procedures_import_of_source"),
        ]


class ImportedFile(models.Model):
    """A file of an import and what became of it, kept with every batch: a run that was killed goes on from here."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    notice_import = models.ForeignKey(NoticeImport, on_delete=models.CASCADE, related_name="parts")
    position = models.PositiveIntegerField()
    name = models.TextField()  # as given; a label, never a path
    path = models.TextField(blank=True)  # where its content lies till it is read
    size = models.BigIntegerField(default=0)
    digest = models.BinaryField(null=True)  # SHA-256
    format = models.TextField(blank=True)
    passed = models.PositiveIntegerField(default=0)  # so many notices and refusals of it are dealt with
    at_byte = models.BigIntegerField(default=0)
    read = models.PositiveIntegerField(default=0)
    new = models.PositiveIntegerField(default=0)
    changed = models.PositiveIntegerField(default=0)
    same = models.PositiveIntegerField(default=0)
    refused = models.PositiveIntegerField(default=0)
    done_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["notice_import", "position"], name="procedures_import_file_once")
        ]


class ImportRefusal(models.Model):
    """A line of an import's report: what wasn't taken, where it stands, why. The first ten thousand of a file."""

    id = models.BigAutoField(primary_key=True)
    file = models.ForeignKey(ImportedFile, on_delete=models.CASCADE, related_name="refusals")
    number = models.PositiveIntegerField()  # the how-manieth of what was read in the file
    place = models.TextField(blank=True)  # inside the file: member › unit
    field = models.TextField(blank=True)
    code = models.TextField()
    params = models.JSONField(default=dict)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["file", "number"], name="procedures_import_refusal_once")]


class ImportKept(models.Model):
    """A procedure that the undo of an import left as it is, and why."""

    id = models.BigAutoField(primary_key=True)
    notice_import = models.ForeignKey(NoticeImport, on_delete=models.CASCADE, related_name="kept")
    procedure = models.ForeignKey(Procedure, on_delete=models.CASCADE, related_name="+")
    why = models.TextField()
    later = models.ForeignKey(NoticeImport, on_delete=models.SET_NULL, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["notice_import", "procedure"], name="procedures_import_kept_once")
        ]


class SourceRelease(models.Model):
    """One publication about an outside procedure, whole and as read. The procedure is what all of them join to."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    procedure = models.ForeignKey(Procedure, on_delete=models.CASCADE, related_name="source_releases")
    brought_by = models.ForeignKey(NoticeImport, on_delete=models.PROTECT, related_name="+")
    publisher = models.TextField(blank=True)
    release_id = models.TextField()
    digest = models.BinaryField()  # of `record`: what is known already isn't stored again
    record = models.JSONField()  # `rules.notice.plain`

    class Meta:
        constraints = [models.UniqueConstraint(fields=["procedure", "digest"], name="procedures_release_once")]
        indexes = [
            models.Index(fields=["publisher", "brought_by"], name="procedures_release_publisher"),
        ]


class SourceKey(models.Model):
    """Another name, "source:id", by which publications mean an outside procedure beside its own `source_id`."""

    key = models.TextField(primary_key=True)
    procedure = models.ForeignKey(Procedure, on_delete=models.CASCADE, related_name="source_keys")


class JoinedProcedure(models.Model):
    """An outside procedure that proved to be another one; what points to it is sent there."""

    id = models.UUIDField(primary_key=True, editable=False)  # the one that is gone
    procedure = models.ForeignKey(Procedure, on_delete=models.CASCADE, related_name="+")
    joined_at = models.DateTimeField()
    # What it was, and the import that joined it: an undo makes it again.
    source = models.TextField(blank=True)
    source_id = models.TextField(blank=True)
    joined_by = models.ForeignKey(NoticeImport, on_delete=models.SET_NULL, null=True, related_name="+")


class ReferenceNumber(models.Model):
    """The last number given out in a year, for references such as PZ-2026-000123."""

    year = models.PositiveSmallIntegerField(primary_key=True)
    last = models.PositiveIntegerField(default=0)
