"""What a change of a published procedure may do, and how far it moves the end (B6)."""

from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from pazar.market.procedures.rules import regimes, versions
from pazar.market.procedures.rules.facts import Facts
from pazar.market.procedures.rules.regimes import Breach, DaysRule, Pack


@dataclass(frozen=True, kw_only=True)
class Moved:
    """The facts as they will be published; `rule` says why the end was moved, None where it wasn't."""

    facts: Facts
    rule: DaysRule | None = None


def breaches(old: Facts, new: Facts) -> tuple[Breach, ...]:
    """What a change may not touch: the fixed terms, a lot that suppliers may be bidding on, an earlier end."""
    found = [
        Breach(rule="fixed_once_published", field=name, params={"name": name})
        for name in versions.FIXED
        if getattr(old, name) != getattr(new, name)
    ]
    kept = {lot.id for lot in new.lots}
    found += [
        Breach(rule="lot_removed", field="lots", params={"lot": number})
        for number, lot in enumerate(old.lots, start=1)
        if lot.id not in kept
    ]
    if new.closes_at is not None and old.closes_at is not None and new.closes_at < old.closes_at:
        found.append(Breach(rule="deadline_nearer", field="closes_at", params={"closes_at": old.closes_at}))
    return tuple(found)


def moved(old: Facts, new: Facts, *, is_material: bool, pack: Pack, moment: datetime, zone: ZoneInfo) -> Moved:
    """`new` with an end that leaves suppliers the days the regime gives them after a material change at `moment`.

    The end never comes nearer; the end of questions moves on by as much as the end itself is moved here.
    """
    rule = regimes.minimum(pack.after_change, new.kind, regimes.in_euro(new))
    if not is_material or rule is None or new.closes_at is None:
        return Moved(facts=new)
    earliest = regimes.counted(pack, moment, rule.days, zone)
    if new.closes_at >= earliest:
        return Moved(facts=new)
    by = earliest - new.closes_at
    questions = None if new.enquiries_close_at is None else new.enquiries_close_at + by
    return Moved(facts=replace(new, closes_at=earliest, enquiries_close_at=questions), rule=rule)
