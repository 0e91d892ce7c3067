"""The forms of procedures: what a buyer says, in sections, with lots and items that come and go."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from pazar.ground.codes import queries as codes
from pazar.ground.codes.forms import CpvField, NutsField
from pazar.ground.identity import queries as people
from pazar.ground.ui import formats
from pazar.ground.ui.fields import FigureField, MoneyField
from pazar.market.procedures import labels, queries
from pazar.market.procedures.models import Procedure
from pazar.market.procedures.rules import packs, texts, versions
from pazar.market.procedures.rules.facts import Facts, ItemFacts, LotFacts

CURRENCIES = ("EUR", "BGN", "USD", "GBP", "CHF", "RON", "PLN", "CZK")


class TextField(forms.CharField):
    """A text as people see it: what a paste brought along unseen is left out."""

    def to_python(self, value: Any) -> str:
        return texts.seen(super().to_python(value) or "")


class SearchForm(forms.Form):
    """What the list of procedures is narrowed to."""

    q = forms.CharField(label=_("Words or a reference"), required=False, max_length=200)
    cpv = CpvField(label=_("Category"), required=False)
    region = NutsField(label=_("Region"), required=False)
    # What the page narrows by its chips; one that isn't ours is left out.
    order = forms.ChoiceField(required=False, choices=[(one.value, one.value) for one in queries.Order])
    origin = forms.ChoiceField(required=False, choices=Procedure.Origin.choices)
    kind = forms.ChoiceField(required=False, choices=list(labels.KINDS.items()))
    currency = forms.RegexField("^[A-Z]{3}$", required=False)
    value_min = forms.DecimalField(required=False, min_value=0, max_digits=18, decimal_places=4)
    value_max = forms.DecimalField(required=False, min_value=0, max_digits=18, decimal_places=4)
    within = forms.IntegerField(required=False, min_value=1, max_value=3_650)


class NewForm(forms.Form):
    """The first two things that a draft is known by."""

    kind = forms.ChoiceField(label=_("Kind of procedure"), choices=list(labels.KINDS.items()))
    title = TextField(
        label=_("What is to be bought"), max_length=500, help_text=_("One line, as suppliers would look for it.")
    )


class MomentInput(forms.DateTimeInput):
    input_type = "datetime-local"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%dT%H:%M")


def _area(rows: int) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows})


class Part(forms.Form):
    """A part of the page. A text that its field can't read is kept as typed, and comes back with its fault."""

    stands_at: str = ""
    """Where it stands in what a breach names: `lots.2.items.1.`; the main form stands nowhere."""

    def keep(self, place: str, unread: Mapping[str, str]) -> "Part":
        """Say where it stands, and show the texts of `unread` (by place and name) as they were typed."""
        self.stands_at = place
        for name, field in {} if self.is_bound else self.fields.items():
            text = unread.get(place + name)
            if text is None or field.disabled:
                continue
            self.initial[name] = text
            try:
                field.clean(text)
            except ValidationError as fault:
                self.errors[name] = self.error_class(fault.messages, renderer=self.renderer)
        return self

    def read(self, name: str, otherwise: Any) -> Any:
        """The value of a field, or `otherwise` where it couldn't be read."""
        return self.cleaned_data.get(name, otherwise)

    def unread(self) -> Iterator[tuple[str, str]]:
        """The texts that couldn't be read. A choice that isn't offered is nobody's text."""
        for name in self.errors:
            field = self.fields.get(name)
            if field is None or isinstance(field, forms.ChoiceField | forms.UUIDField | forms.BooleanField):
                continue
            # PostgreSQL keeps no zero character; whatever else was typed stays.
            text = str(self[name].data or "").replace("\x00", "")
            if text:
                yield self.stands_at + name, text


class MainForm(Part):
    """All but lots, items and documents."""

    title = TextField(label=_("Title"), required=False, max_length=500)
    description = TextField(label=_("Description"), required=False, widget=_area(4), max_length=20_000)
    language = forms.ChoiceField(
        label=_("Language of the documents"), choices=list(labels.LANGUAGES.items()), required=False
    )
    kind = forms.ChoiceField(label=_("Kind of procedure"), required=False)
    regime = forms.ChoiceField(
        label=_("Regime"), required=False, help_text=_("It says by which rules you buy, and how long suppliers have.")
    )
    currency = forms.ChoiceField(label=_("Currency of the prices"), required=False)
    value_amount = MoneyField(
        label=_("Estimated value"),
        required=False,
        decimal_places=2,
        help_text=_("Without VAT. Empty if every lot says its own."),
    )
    vat_included = forms.BooleanField(label=_("Prices are given with VAT"), required=False)
    closes_at = forms.DateTimeField(label=_("Bids until"), required=False, widget=MomentInput())
    enquiries_close_at = forms.DateTimeField(
        label=_("Questions until"),
        required=False,
        widget=MomentInput(),
        help_text=_("Empty: as late as the regime allows."),
    )
    requirements = TextField(label=_("Requirements on bidders"), required=False, widget=_area(4), max_length=5_000)
    payment_terms = TextField(label=_("Payment"), required=False, widget=_area(2), max_length=5_000)
    delivery_terms = TextField(
        label=_("Delivery"),
        required=False,
        widget=_area(2),
        max_length=5_000,
        help_text=_("For instance an Incoterms 2020 rule and a place."),
    )
    seal = forms.ChoiceField(
        label=_("Who holds the seal"), required=False, choices=list(labels.SEALS.items()), widget=forms.RadioSelect
    )
    seal_person = forms.ChoiceField(label=_("Person who holds it with the centre"), required=False)

    def __init__(self, facts: Facts, *, buyer_id: UUID, published: bool, data: Mapping[str, Any] | None) -> None:
        self._facts = facts
        initial = {name: getattr(facts, name) for name in self.base_fields if hasattr(facts, name)}
        super().__init__(data, initial={**initial, "seal_person": str(facts.seal_person_id or "")})
        empty = ("", _("Choose"))
        self._choose("kind", [empty, *labels.KINDS.items()])
        self._choose("regime", [empty, *((code, labels.regime(code)) for code in packs.packs())])
        known = dict.fromkeys([*CURRENCIES, facts.currency])
        self._choose("currency", [(code, code) for code in known if code])
        holders = queries.possible_holders(buyer_id)
        keys = people.living_sealing_keys([person.pk for person in holders])
        self._choose(
            "seal_person",
            [
                ("", _("Nobody yet")),
                *(
                    (str(p.pk), p.name if p.pk in keys else _("{name} (no key yet)").format(name=p.name))
                    for p in holders
                ),
            ],
        )
        zone = formats.zone_city(formats.zone())
        self.fields["closes_at"].help_text = _("In your time ({zone}).").format(zone=zone)
        if published:
            # Bids are sealed, counted and compared by these.
            for name in (*versions.FIXED, "seal_person"):
                if name in self.fields:
                    self.fields[name].disabled = True

    def _choose(self, name: str, choices: list[tuple[Any, Any]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices

    def clean_closes_at(self) -> datetime | None:
        return _same_minute(self._facts.closes_at, self.cleaned_data["closes_at"])

    def clean_enquiries_close_at(self) -> datetime | None:
        return _same_minute(self._facts.enquiries_close_at, self.cleaned_data["enquiries_close_at"])

    def said(self) -> dict[str, Any]:
        """What it says, as the fields of `Facts`; what can't be read says nothing, but a choice stays as it was."""
        before, nothing = self._facts, Facts()
        values = {
            name: self.read(name, getattr(before if isinstance(field, forms.ChoiceField) else nothing, name))
            for name, field in self.base_fields.items()
            if name != "seal_person"
        }
        person = self.read("seal_person", str(before.seal_person_id or ""))
        return {
            **values,
            "currency": values["currency"] or "EUR",
            "seal": values["seal"] or "server",
            "seal_person_id": UUID(person) if person and values["seal"] == "server_and_person" else None,
        }


def _same_minute(kept: datetime | None, typed: datetime | None) -> datetime | None:
    """The field shows no seconds: what wasn't touched keeps its own."""
    if kept is not None and typed is not None and kept.replace(second=0, microsecond=0) == typed:
        return kept
    return typed


class UnitField(TextField):
    """A unit as people write it (its sign, its name in either language) or its code; the clean value is the code."""

    def clean(self, value: Any) -> str:
        text: str = super().clean(value).strip()
        code = codes.read_unit(text, language=labels.language())
        if text and code is None:
            raise ValidationError(_("Choose a unit from the list."), code="unknown_unit")
        return code or ""

    def prepare_value(self, value: Any) -> Any:
        return codes.unit_symbol(value, language=labels.language()) if value else value


class OneCpvField(CpvField):
    """One category; the clean value is its code, or nothing."""

    def to_python(self, value: str | None) -> Any:  # a list's field that answers one of them
        found = super().to_python(value)
        if len(found) > 1:
            raise ValidationError(_("An item has one category; leave the one that fits best."), code="several")
        return found[0] if found else ""


class ItemForm(Part):
    id = forms.UUIDField(required=False, widget=forms.HiddenInput)
    description = TextField(label=_("What"), required=False, max_length=5_000)
    cpv = OneCpvField(label=_("Category"), required=False)
    quantity = FigureField(label=_("Quantity"), required=False, decimal_places=6, min_value=0)
    unit = UnitField(label=_("Unit"), required=False, max_length=80, widget=forms.TextInput(attrs={"list": "units"}))
    place = TextField(label=_("Place of delivery"), required=False, max_length=5_000)
    delivery = TextField(label=_("Time of delivery"), required=False, max_length=5_000)


class LotForm(Part):
    id = forms.UUIDField(required=False, widget=forms.HiddenInput)
    title = TextField(label=_("Title of the lot"), required=False, max_length=500)
    description = TextField(label=_("Description"), required=False, widget=_area(2), max_length=20_000)
    cpv = CpvField(label=_("Categories"), required=False)
    regions = NutsField(label=_("Places of delivery"), required=False)
    value_amount = MoneyField(label=_("Estimated value"), required=False, decimal_places=2)
    items = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=2_000)


@dataclass(frozen=True, kw_only=True)
class LotPart:
    """A lot on the page: its form and those of its items."""

    number: int
    form: LotForm
    items: tuple[ItemForm, ...]
    is_kept: bool
    """Suppliers may be bidding on it: it can't be taken out."""


@dataclass(frozen=True, kw_only=True)
class Fault:
    """A field that needs another look: what it is called, where it stands on the page, and what is wrong."""

    label: str
    target: str
    sentence: str


class Work:
    """The whole of what the page of a draft or a change holds; built of facts, or of what was sent."""

    def __init__(
        self,
        facts: Facts,
        *,
        buyer_id: UUID,
        published: Facts | None = None,
        unread: Mapping[str, str] | None = None,
        data: Mapping[str, Any] | None = None,
    ) -> None:
        self._before = facts
        self._unread = unread or {}
        self._kept = {lot.id for lot in published.lots} if published else set()
        self.main = MainForm(facts, buyer_id=buyer_id, published=published is not None, data=data)
        self.main.keep("", self._unread)
        self.lots = self._lots_of(facts) if data is None else self._lots_sent(data)
        if data is None:
            # Each picker of the page finds its labels remembered.
            language = labels.language()
            items = [item.cpv for lot in facts.lots for item in lot.items if item.cpv]
            codes.choices("cpv", [*items, *(code for lot in facts.lots for code in lot.cpv)], language=language)
            codes.choices("nuts", [code for lot in facts.lots for code in lot.regions], language=language)

    def _lots_of(self, facts: Facts) -> list[LotPart]:
        parts = []
        for place, lot in enumerate(facts.lots):
            initial = {name: getattr(lot, name) for name in ("id", "title", "description", "value_amount")}
            initial |= {"cpv": list(lot.cpv), "regions": list(lot.regions), "items": len(lot.items)}
            items = tuple(
                ItemForm(initial=dict(vars(item)), prefix=f"lot-{place}-item-{line}")
                for line, item in enumerate(lot.items)
            )
            form = LotForm(initial=initial, prefix=f"lot-{place}")
            parts.append(self._part(place, form, items, is_kept=lot.id in self._kept))
        return parts

    def _lots_sent(self, data: Mapping[str, Any]) -> list[LotPart]:
        parts = []
        for place in range(_count(data.get("lots"), 200)):
            form = LotForm(data, prefix=f"lot-{place}")
            items = tuple(
                ItemForm(data, prefix=f"lot-{place}-item-{line}")
                for line in range(_count(data.get(f"lot-{place}-items"), 2_000))
            )
            is_kept = bool(data.get(f"lot-{place}-id")) and data[f"lot-{place}-id"] in {str(k) for k in self._kept}
            parts.append(self._part(place, form, items, is_kept=is_kept))
        return parts

    def _part(self, place: int, form: LotForm, items: tuple[ItemForm, ...], *, is_kept: bool) -> LotPart:
        form.keep(f"lots.{place + 1}.", self._unread)
        for line, item in enumerate(items, start=1):
            item.keep(f"lots.{place + 1}.items.{line}.", self._unread)
        return LotPart(number=place + 1, form=form, items=items, is_kept=is_kept)

    def is_valid(self) -> bool:
        """Whether every field could be read."""
        return all(form.is_valid() for form in self.all_forms)

    @property
    def faults(self) -> list[Fault]:
        """Every field with a fault, in the order of the page."""
        return [
            Fault(label=named(form.stands_at + name), target=field_id(form.stands_at + name), sentence=str(errors[0]))
            for form in self.all_forms
            for name, errors in form.errors.items()
            if name in form.fields and not form[name].is_hidden
        ]

    @property
    def all_forms(self) -> list[Part]:
        found: list[Part] = [self.main]
        for part in self.lots:
            found += [part.form, *part.items]
        return found

    @property
    def unread(self) -> dict[str, str]:
        """What was sent and couldn't be read, by the place and name of its field."""
        return {place: text for form in self.all_forms for place, text in form.unread()}

    def facts(self) -> Facts:
        """What was sent and could be read."""
        for form in self.all_forms:
            form.is_valid()
        lots = tuple(
            LotFacts(
                id=part.form.read("id", None),
                title=part.form.read("title", ""),
                description=part.form.read("description", ""),
                cpv=tuple(part.form.read("cpv", ())),
                regions=tuple(part.form.read("regions", ())),
                value_amount=part.form.read("value_amount", None),
                items=tuple(ItemFacts(**item.cleaned_data) for item in part.items),
            )
            for part in self.lots
        )
        return Facts(award_criterion=self._before.award_criterion, lots=lots, **self.main.said())


def named(field: str) -> str:
    """What a field is called on the page, with the numbers of its lot and item."""
    path = field.split(".")
    form = MainForm if len(path) == 1 else LotForm if len(path) == 3 else ItemForm
    known = form.base_fields.get(path[-1])
    return labels.placed(field, str(known.label) if known is not None and known.label else "")


def _count(sent: Any, most: int) -> int:
    text = str(sent or "")
    return min(int(text), most) if text.isascii() and text.isdigit() and len(text) < 6 else 0


def field_id(field: str) -> str:
    """The id on the page of what a breach names: `lots.2.items.1.unit` is `id_lot-1-item-0-unit`."""
    match field.split("."):
        case ["lots", lot, "items"] | ["lots", lot, "items", _]:
            return f"lot-{lot}"
        case ["lots", lot, name]:
            return f"id_lot-{int(lot) - 1}-{name}"
        case ["lots", lot, "items", item, name]:
            return f"id_lot-{int(lot) - 1}-item-{int(item) - 1}-{name}"
        case ["lots"]:
            return "lots"
        case ["seal"]:
            return "id_seal_0"
        case _:
            return f"id_{field}"
