"""Regimes: packs of rules kept as data, and what a procedure breaks of them (B5).

A pack says how many days a tender period has at least (by kind and value), when questions end, who must hold the
seal, and how far a change moves the end. Every rule carries the clause it comes from. The centre's own rules (what
a procedure must say at all) stand here and hold under every pack.
"""

import dataclasses
import tomllib
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from itertools import pairwise
from typing import Any, Final
from zoneinfo import ZoneInfo

from pazar.ground.money import BGN_PER_EUR
from pazar.market.procedures.rules.facts import Facts
from pazar.market.procedures.rules.kinds import Kind

PACK_CURRENCY: Final = "EUR"


class Counting(StrEnum):
    """`HOURS`: a day is 24 hours. `WHOLE_DAYS`: the day of publication isn't counted and the last one runs to its
    end (Regulation (EEC, Euratom) No 1182/71, Art. 3)."""

    HOURS = "hours"
    WHOLE_DAYS = "whole_days"


@dataclasses.dataclass(frozen=True, kw_only=True)
class Clause:
    """Where a rule comes from, in each language of the centre.

    A clause of law names where it can be read, when it was last compared with what the pack says, and with which text;
    without a day it wasn't, and is shown so. The centre's own rules have no source: they are what they say.
    """

    en: str
    bg: str
    source: str = ""
    verified: date | None = None
    verified_with: str = ""

    @property
    def is_unverified(self) -> bool:
        return bool(self.source) and self.verified is None

    def text(self, language: str) -> str:
        return self.bg if language == "bg" else self.en


@dataclasses.dataclass(frozen=True, kw_only=True)
class DaysRule:
    """From an estimated value on (in euro), procedures of `kind` have at least `days`."""

    kind: Kind
    from_value: Decimal
    days: int
    clause: Clause


@dataclasses.dataclass(frozen=True, kw_only=True)
class SealRule:
    """From an estimated value on, a person of the buyer holds the seal together with the centre."""

    from_value: Decimal
    clause: Clause


@dataclasses.dataclass(frozen=True, kw_only=True)
class EnquiriesRule:
    """Questions end at least `days` before the tender period does."""

    days: int
    clause: Clause


@dataclasses.dataclass(frozen=True, kw_only=True)
class Pack:
    """One regime, valid as loaded."""

    code: str
    title: Clause
    about: Clause
    counting: Counting
    kinds: tuple[Kind, ...]
    kinds_clause: Clause
    counting_clause: Clause | None
    not_modelled: tuple[Clause, ...]
    """What of the law this pack leaves out, for whoever relies on it."""
    minimum_days: tuple[DaysRule, ...]
    after_change: tuple[DaysRule, ...]
    enquiries: EnquiriesRule
    seal: tuple[SealRule, ...]

    @property
    def asks_value(self) -> bool:
        """Whether any of its rules can't be applied without an estimated value."""
        days = (*self.minimum_days, *self.after_change)
        return any(r.from_value > 0 for r in days) or any(r.from_value > 0 for r in self.seal)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Breach:
    """A rule that isn't kept. `rule` is its stable code, `field` where it can be mended (`lots.2.items.1.unit`,
    counted from 1), `params` what its sentences name. `clause` None is a rule of the centre itself."""

    rule: str
    field: str
    clause: Clause | None = None
    params: Mapping[str, Any] = dataclasses.field(default_factory=dict)


class PackFaulty(ValueError):
    """A pack's data can't be used; the message names the place."""


def breaches(
    facts: Facts,
    pack: Pack | None,
    moment: datetime,
    *,
    zone: ZoneInfo,
    person_holds_key: bool,
    published_at: datetime | None = None,
) -> tuple[Breach, ...]:
    """All that keeps `facts` from being public at `moment`, every rule at once.

    `pack` is None for a regime that isn't known. Minimum days count from `published_at` where it was published
    already. `person_holds_key`: the named holder of the seal has a living key.
    """
    found = [*_incomplete(facts), *_times(facts, moment)]
    if facts.seal == "server_and_person":
        if facts.seal_person_id is None:
            found.append(Breach(rule="seal_person_missing", field="seal_person"))
        elif not person_holds_key:
            found.append(Breach(rule="seal_person_without_key", field="seal_person"))
    if pack is None:
        return (*found, Breach(rule="regime_missing", field="regime"))
    return (*found, *_of_pack(facts, pack, published_at or moment, zone))


def counted(pack: Pack, start: datetime, days: int, zone: ZoneInfo) -> datetime:
    """The earliest end of a period of `days` after `start`, as the pack counts."""
    if pack.counting is Counting.HOURS:
        # In UTC: by the wall clock a day of 24 hours would have 23 or 25 when the clocks change.
        return (start.astimezone(UTC) + timedelta(days=days)).astimezone(start.tzinfo)
    last = start.astimezone(zone).date() + timedelta(days=days)
    # A period of days ends with its last minute; people write that as 23:59.
    return datetime.combine(last, time(23, 59), tzinfo=zone).astimezone(start.tzinfo)


def minimum(rules: tuple[DaysRule, ...], kind: str, value: Decimal | None) -> DaysRule | None:
    """The rule for a procedure of `kind` worth `value` euro; the strictest where the value isn't known."""
    fitting = [r for r in rules if r.kind == kind and (value is None or r.from_value <= value)]
    return max(fitting, key=lambda rule: (rule.from_value, rule.days), default=None)


def in_euro(facts: Facts) -> Decimal | None:
    """The estimated value in the packs' currency; None where it isn't said or has no fixed rate."""
    value = facts.value
    if value is None or facts.currency == PACK_CURRENCY:
        return value
    return value / BGN_PER_EUR if facts.currency == "BGN" else None


def enquiries_end(facts: Facts, pack: Pack) -> datetime | None:
    """When questions end: as said, else at the last moment the pack allows."""
    if facts.enquiries_close_at is not None or facts.closes_at is None:
        return facts.enquiries_close_at
    return facts.closes_at - timedelta(days=pack.enquiries.days)


def _incomplete(facts: Facts) -> list[Breach]:
    found = []
    if not facts.title.strip():
        found.append(Breach(rule="title_missing", field="title"))
    if facts.kind not in list(Kind):
        found.append(Breach(rule="kind_missing", field="kind"))
    if len(facts.currency) != 3:
        found.append(Breach(rule="currency_missing", field="currency"))
    if not facts.lots:
        found.append(Breach(rule="lots_missing", field="lots"))
    for number, lot in enumerate(facts.lots, start=1):
        place = {"lot": number}
        # One lot alone may go by the procedure's own title.
        if not lot.title.strip() and len(facts.lots) > 1:
            found.append(Breach(rule="lot_title_missing", field=f"lots.{number}.title", params=place))
        if not lot.cpv:
            found.append(Breach(rule="lot_category_missing", field=f"lots.{number}.cpv", params=place))
        if not lot.items:
            found.append(Breach(rule="items_missing", field=f"lots.{number}.items", params=place))
        for line, item in enumerate(lot.items, start=1):
            there = {"lot": number, "item": line}
            at = f"lots.{number}.items.{line}"
            if not item.description.strip():
                found.append(Breach(rule="item_description_missing", field=f"{at}.description", params=there))
            if item.quantity is None or item.quantity <= 0:
                found.append(Breach(rule="item_quantity_missing", field=f"{at}.quantity", params=there))
            if not item.unit:
                found.append(Breach(rule="item_unit_missing", field=f"{at}.unit", params=there))
    return found


def _times(facts: Facts, moment: datetime) -> list[Breach]:
    found = []
    if facts.closes_at is None:
        found.append(Breach(rule="deadline_missing", field="closes_at"))
    elif facts.closes_at <= moment:
        found.append(Breach(rule="deadline_passed", field="closes_at", params={"closes_at": facts.closes_at}))
    if (
        facts.enquiries_close_at is not None
        and facts.closes_at is not None
        and facts.enquiries_close_at > facts.closes_at
    ):
        found.append(Breach(rule="enquiries_after_deadline", field="enquiries_close_at"))
    return found


def _of_pack(facts: Facts, pack: Pack, start: datetime, zone: ZoneInfo) -> list[Breach]:
    found = []
    value = in_euro(facts)
    if facts.kind in list(Kind) and facts.kind not in pack.kinds:
        found.append(Breach(rule="kind_not_allowed", field="kind", clause=pack.kinds_clause))
    if pack.asks_value and facts.value is None:
        strictest = minimum(pack.minimum_days, facts.kind, None)
        found.append(Breach(rule="value_missing", field="value_amount", clause=strictest.clause if strictest else None))
    rule = minimum(pack.minimum_days, facts.kind, value)
    if rule is not None and facts.closes_at is not None:
        earliest = counted(pack, start, rule.days, zone)
        if facts.closes_at < earliest:
            said = {"days": rule.days, "earliest": earliest, "closes_at": facts.closes_at}
            found.append(Breach(rule="minimum_days", field="closes_at", clause=rule.clause, params=said))
    if facts.enquiries_close_at is not None and facts.closes_at is not None:
        latest = facts.closes_at - timedelta(days=pack.enquiries.days)
        if latest < facts.enquiries_close_at <= facts.closes_at:
            said = {"days": pack.enquiries.days, "latest": latest}
            found.append(
                Breach(rule="enquiries_end", field="enquiries_close_at", clause=pack.enquiries.clause, params=said)
            )
    wanted = [r for r in pack.seal if value is None or r.from_value <= value]
    if wanted and facts.seal != "server_and_person":
        strictest_seal = max(wanted, key=lambda r: r.from_value)
        said = {"value": strictest_seal.from_value}
        found.append(Breach(rule="seal_holders", field="seal", clause=strictest_seal.clause, params=said))
    return found


def parse(text: str) -> Pack:
    """A pack from its TOML, checked whole: known kinds, days that don't fall as the value rises, a clause each.

    Raises PackFaulty.
    """
    try:
        data = tomllib.loads(text)
        kinds = tuple(Kind(kind) for kind in data["kinds"])
        pack = Pack(
            code=str(data["code"]),
            title=_clause(data["title"]),
            about=_clause(data["about"]),
            counting=Counting(data["counting"]),
            kinds=kinds,
            kinds_clause=_clause(data["kinds_clause"]),
            counting_clause=_clause(data["counting_clause"]) if "counting_clause" in data else None,
            not_modelled=tuple(_clause(text) for text in data.get("not_modelled", ())),
            minimum_days=_days(data["minimum_days"]),
            after_change=_days(data["after_change"]),
            enquiries=EnquiriesRule(
                days=_count(data["enquiries"]["days"]), clause=_clause(data["enquiries"]["clause"])
            ),
            seal=tuple(
                SealRule(from_value=_value(rule["from_value"]), clause=_clause(rule["clause"]))
                for rule in data.get("seal", ())
            ),
        )
    except (KeyError, ValueError, TypeError, InvalidOperation) as fault:
        raise PackFaulty(f"{type(fault).__name__}: {fault}") from fault
    for rules in (pack.minimum_days, pack.after_change):
        for kind in kinds:
            tiers = sorted((r for r in rules if r.kind == kind), key=lambda r: r.from_value)
            if not tiers or tiers[0].from_value != 0:
                raise PackFaulty(f"{pack.code}: no rule for {kind} from nothing on")
            if any(later.days < earlier.days for earlier, later in pairwise(tiers)):
                raise PackFaulty(f"{pack.code}: fewer days for a higher value of {kind}")
    return pack


def _days(rules: list[dict[str, Any]]) -> tuple[DaysRule, ...]:
    return tuple(
        DaysRule(
            kind=Kind(rule["kind"]),
            from_value=_value(rule["from_value"]),
            days=_count(rule["days"]),
            clause=_clause(rule["clause"]),
        )
        for rule in rules
    )


def _clause(data: Mapping[str, Any]) -> Clause:
    if not (data["en"].strip() and data["bg"].strip()):
        raise ValueError("a text is empty")
    verified = data.get("verified")
    if verified is not None and not (type(verified) is date and data.get("source") and data.get("verified_with")):
        raise ValueError("what is verified names its day, its source and the text it was compared with")
    return Clause(
        en=data["en"],
        bg=data["bg"],
        source=str(data.get("source", "")),
        verified=verified,
        verified_with=str(data.get("verified_with", "")),
    )


def _value(text: str) -> Decimal:
    value = Decimal(str(text))
    if value < 0:
        raise ValueError("a value below nothing")
    return value


def _count(number: int) -> int:
    if not isinstance(number, int) or not 0 <= number <= 365:
        raise ValueError(f"{number} is no number of days")
    return number
