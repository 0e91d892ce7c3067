"""What several commands do alike: write facts into rows, give a reference, keep a version, refuse a wrong step."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import connection
from django.db.models import QuerySet, TextField, Value
from django.db.models.functions import Cast, Concat
from django.utils.translation import gettext_lazy as _

from pazar.ground.codes import queries as codes
from pazar.ground.errors import Invalid, Sentence
from pazar.ground.files import commands as files
from pazar.ground.identity.rules.actor import Actor
from pazar.ground.ids import new_id
from pazar.ground.journal.rules.leaf import canonical
from pazar.ground.money import UnknownCurrency, digits
from pazar.market.procedures import labels, queries
from pazar.market.procedures.models import Document, Item, Lot, Procedure, Unread, Version
from pazar.market.procedures.refusals import NotNow
from pazar.market.procedures.rules import lemmas, packs, states, texts, versions
from pazar.market.procedures.rules.facts import Facts, LotFacts
from pazar.market.procedures.rules.kinds import Kind

MOST_LOTS = 200
MOST_ITEMS = 2000
MOST_SIGNS = {"title": 500, "description": 20_000}
USUAL_SIGNS = 5_000
MOST_UNREAD = 100_000


def reason_of(text: str) -> str:
    """A reason as everybody will read it; empty where none is said. Raises Invalid for one without end."""
    reason = texts.seen(text).strip()
    if len(reason) > USUAL_SIGNS:
        raise Invalid(fields={"reason": _("This text is too long.")})
    return reason


def take_step(procedure: Procedure, step: states.Step) -> states.State:
    """The state after `step`. Raises NotNow."""
    try:
        return states.after(states.State(procedure.state), step)
    except states.WrongStep as wrong:
        raise NotNow(state_word=labels.STATES[wrong.state]) from wrong


def check_wellformed(facts: Facts, *, buyer_id: UUID | None) -> None:
    """Refuse what no draft may hold: unknown codes, amounts below nothing, texts too long. Raises Invalid.

    What is merely missing yet is no matter of this; publication asks for it.
    """
    faults: dict[str, Sentence] = {}
    if facts.kind and facts.kind not in list(Kind):
        faults["kind"] = _("Choose one of the kinds offered.")
    if facts.regime and packs.pack(facts.regime) is None:
        faults["regime"] = _("Choose one of the regimes offered.")
    if facts.currency:
        try:
            digits(facts.currency)
        except UnknownCurrency:
            faults["currency"] = _("This is no currency (ISO 4217).")
    if facts.seal not in Procedure.Seal.values:
        faults["seal"] = _("Choose one of the ways offered.")
    if facts.award_criterion != "lowest_price":
        faults["award_criterion"] = _("Awards go by the lowest price here.")
    if facts.seal_person_id is not None and (
        buyer_id is None or facts.seal_person_id not in {person.pk for person in queries.possible_holders(buyer_id)}
    ):
        faults["seal_person"] = _("Choose somebody of your company who buys or sits in the committee.")
    if len(facts.lots) > MOST_LOTS or sum(len(lot.items) for lot in facts.lots) > MOST_ITEMS:
        faults["lots"] = _("There can be at most 200 lots with 2,000 items in all.")
    for name in ("title", "description", "payment_terms", "delivery_terms", "requirements"):
        _check_text(faults, name, name, getattr(facts, name))
    if facts.value_amount is not None and not 0 <= facts.value_amount < 10**15:
        faults["value_amount"] = _("An estimated value can't be below nothing, or above all measure.")
    for name in ("closes_at", "enquiries_close_at"):
        moment = getattr(facts, name)
        # Days are counted from and to it: the calendar must go on on both sides.
        if moment is not None and not 2000 <= moment.year <= 2100:
            faults[name] = _("Choose a moment of this century.")
    for number, lot in enumerate(facts.lots, start=1):
        _check_lot(faults, f"lots.{number}", lot)
    _check_codes(faults, facts)
    if faults:
        raise Invalid(fields=faults)


def _check_lot(faults: dict[str, Sentence], at: str, lot: LotFacts) -> None:
    for name in ("title", "description"):
        _check_text(faults, f"{at}.{name}", name, getattr(lot, name))
    if lot.value_amount is not None and not 0 <= lot.value_amount < 10**15:
        faults[f"{at}.value_amount"] = _("An estimated value can't be below nothing, or above all measure.")
    for line, item in enumerate(lot.items, start=1):
        for name in ("description", "unit", "place", "delivery"):
            _check_text(faults, f"{at}.items.{line}.{name}", name, getattr(item, name))
        if item.quantity is not None and not 0 <= item.quantity < 10**12:
            faults[f"{at}.items.{line}.quantity"] = _("A quantity can't be below nothing, or above all measure.")


def _check_text(faults: dict[str, Sentence], at: str, name: str, text: str) -> None:
    if len(text) > MOST_SIGNS.get(name, USUAL_SIGNS):
        faults[at] = _("This text is too long.")
    elif not texts.is_seen(text):
        faults[at] = _("This text holds a sign that can't be kept.")


def _check_codes(faults: dict[str, Sentence], facts: Facts) -> None:
    places: dict[str, list[str]] = {}
    units = {unit.code for unit in codes.units("en")}
    for number, lot in enumerate(facts.lots, start=1):
        for code in lot.cpv:
            places.setdefault(code, []).append(f"lots.{number}.cpv")
        for code in lot.regions:
            places.setdefault(code, []).append(f"lots.{number}.regions")
        for line, item in enumerate(lot.items, start=1):
            if item.cpv:
                places.setdefault(item.cpv, []).append(f"lots.{number}.items.{line}.cpv")
            if item.unit and item.unit not in units:
                faults[f"lots.{number}.items.{line}.unit"] = _("This code is in no list.")
    labels = codes.labels(places, language="en")
    for code, fields in places.items():
        if labels[code] == code:
            faults.update(dict.fromkeys(fields, _("This code is in no list.")))


def write(procedure: Procedure, facts: Facts) -> None:
    """Put `facts` into the rows of `procedure` (saved or new): lots and items keep their ids, words are found anew."""
    for name in (
        "kind",
        "regime",
        "title",
        "description",
        "language",
        "currency",
        "value_amount",
        "award_criterion",
        "vat_included",
        "payment_terms",
        "delivery_terms",
        "requirements",
        "seal",
        "seal_person_id",
        "enquiries_close_at",
        "closes_at",
    ):
        setattr(procedure, name, getattr(facts, name))
    procedure.cpv = _together(code for lot in facts.lots for code in lot.cpv)
    procedure.regions = _together(code for lot in facts.lots for code in lot.regions)
    procedure.save()
    _write_lots(procedure, facts)


def keep_unread(procedure: Procedure, unread: Mapping[str, str]) -> None:
    """Keep what was typed and couldn't be read, or forget what there was. Raises Invalid where it is too much."""
    if sum(map(len, unread.values())) > MOST_UNREAD:
        raise Invalid(fields=dict.fromkeys(unread, _("This text is too long.")))
    if unread:
        Unread.objects.update_or_create(procedure=procedure, defaults={"texts": dict(unread)})
    else:
        Unread.objects.filter(procedure=procedure).delete()


def remove_documents(gone: QuerySet[Document]) -> None:
    """Take away documents that no published version names, and their files with them."""
    held = list(gone.values_list("file_id", flat=True))
    gone.delete()
    files.release(held)


def _together(values: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(values))


def _write_lots(procedure: Procedure, facts: Facts) -> None:
    before = {lot.pk: lot for lot in queries.lots(procedure.pk)}
    items_before = {item.pk: item for lot in before.values() for item in lot.items.all()}
    lots: list[Lot] = []
    items: list[Item] = []
    for place, lot_facts in enumerate(facts.lots):
        # An id that isn't one of this procedure's lots is nobody's business: the lot is a new one.
        lot = before.get(lot_facts.id) if lot_facts.id else None
        lot = lot or Lot(pk=new_id(), procedure=procedure)
        lot.number, lot.position = str(place + 1), place
        lot.title, lot.description = lot_facts.title, lot_facts.description
        lot.cpv, lot.regions = list(lot_facts.cpv), list(lot_facts.regions)
        lot.value_amount, lot.currency = lot_facts.value_amount, facts.currency
        lot.lemmas = lemmas.of_lot(facts, lot_facts)
        lots.append(lot)
        for line, item_facts in enumerate(lot_facts.items):
            known = items_before.get(item_facts.id) if item_facts.id else None
            item = known if known is not None and known.lot_id == lot.pk else Item(pk=new_id())
            item.lot, item.position = lot, line
            for name in ("description", "cpv", "quantity", "unit", "place", "delivery"):
                setattr(item, name, getattr(item_facts, name))
            items.append(item)
    kept_lots, kept_items = {lot.pk for lot in lots}, {item.pk for item in items}
    Item.objects.filter(pk__in=[pk for pk in items_before if pk not in kept_items]).delete()
    Lot.objects.filter(pk__in=[pk for pk in before if pk not in kept_lots]).delete()
    # Numbers are unique within a procedure: while they move, the kept lots stand under names nobody uses.
    Lot.objects.filter(procedure=procedure).update(number=Concat(Value("~"), Cast("id", TextField())))
    _save_rows(Lot, lots, before, ["number", "position", *_LOT_FIELDS])
    _save_rows(Item, items, items_before, ["lot", "position", *_ITEM_FIELDS])


_LOT_FIELDS = ["title", "description", "cpv", "regions", "value_amount", "currency", "lemmas"]
_ITEM_FIELDS = ["description", "cpv", "quantity", "unit", "place", "delivery"]


def _save_rows(kind: type[Lot] | type[Item], rows: list, before: dict, fields: list[str]) -> None:  # type: ignore[type-arg]
    kind.objects.bulk_create([row for row in rows if row.pk not in before])
    if known := [row for row in rows if row.pk in before]:
        kind.objects.bulk_update(known, fields, batch_size=500)


def next_reference(moment: datetime) -> str:
    """The next reference of the year, such as PZ-2026-000123; given back when the transaction isn't kept.

    The year's row stays locked until then, so no number is missing and none is given twice.
    """
    year = moment.astimezone(ZoneInfo(settings.CENTRE_ZONE)).year
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO procedures_referencenumber (year, last) VALUES (%s, 1)"
            " ON CONFLICT (year) DO UPDATE SET last = procedures_referencenumber.last + 1 RETURNING last",
            [year],
        )
        (number,) = cursor.fetchone()
    return f"PZ-{year}-{number:06d}"


def keep_version(procedure: Procedure, *, actor: Actor, moment: datetime, reason: str = "") -> str:
    """Write what stands in the rows as the version of its number; its digest (SHA-256, hexadecimal).

    The database refuses the transaction if a version says anything else than the rows.
    """
    procedure.refresh_from_db()  # as the columns hold it: an amount has four decimals there, a moment no zone
    content = queries.content(procedure)
    Version.objects.create(
        procedure=procedure,
        number=procedure.version,
        content=content,
        reason=reason,
        made_at=moment,
        made_by_id=actor.person_id,
    )
    return digest(content)


def digest(content: versions.Content) -> str:
    return hashlib.sha256(canonical(content)).hexdigest()


def without_history(facts: Facts) -> Facts:
    """The same wishes as new ones: rows get ids of their own, times are to be said anew."""
    return replace(
        facts,
        closes_at=None,
        enquiries_close_at=None,
        lots=tuple(
            replace(lot, id=None, items=tuple(replace(item, id=None) for item in lot.items)) for lot in facts.lots
        ),
    )
