from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pazar.market.procedures.rules import changes, packs, regimes
from pazar.market.procedures.rules.facts import Facts, ItemFacts, LotFacts
from pazar.market.procedures.rules.regimes import PackFaulty

SOFIA = ZoneInfo("Europe/Sofia")
NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
LOT = LotFacts(
    title="Cables",
    cpv=("31321000",),
    value_amount=Decimal(40000),
    items=(ItemFacts(description="Cable", quantity=Decimal(5), unit="MTR"),),
)
GOOD = Facts(kind="open_tender", regime="commercial", title="Cables", closes_at=NOW + timedelta(days=40), lots=(LOT,))
moments = st.datetimes(timezones=st.just(UTC)).map(lambda moment: moment.replace(year=2026 + moment.year % 2, day=1))
values = st.none() | st.decimals(min_value=0, max_value=10**7, places=2, allow_nan=False)
kinds = st.sampled_from(["open_tender", "request_for_prices"])
any_pack = st.sampled_from(sorted(packs.packs())).map(packs.packs().__getitem__)


def rules_broken(facts, *, moment=NOW, key=True, pack="commercial", published_at=None):
    found = regimes.breaches(
        facts, packs.pack(pack), moment, zone=SOFIA, person_holds_key=key, published_at=published_at
    )
    return [breach.rule for breach in found]


def test_a_complete_procedure_breaks_nothing():
    assert rules_broken(GOOD) == []


def test_all_breaches_are_named_at_once_each_at_its_field():
    found = regimes.breaches(
        Facts(lots=(LotFacts(items=(ItemFacts(),)), LotFacts(title="B"))), None, NOW, zone=SOFIA, person_holds_key=False
    )
    assert [(breach.rule, breach.field) for breach in found] == [
        ("title_missing", "title"),
        ("kind_missing", "kind"),
        ("lot_title_missing", "lots.1.title"),
        ("lot_category_missing", "lots.1.cpv"),
        ("item_description_missing", "lots.1.items.1.description"),
        ("item_quantity_missing", "lots.1.items.1.quantity"),
        ("item_unit_missing", "lots.1.items.1.unit"),
        ("lot_category_missing", "lots.2.cpv"),
        ("items_missing", "lots.2.items"),
        ("deadline_missing", "closes_at"),
        ("regime_missing", "regime"),
    ]


def test_a_short_period_names_its_clause():
    short = replace(GOOD, closes_at=NOW + timedelta(days=7) - timedelta(seconds=1))
    (breach,) = regimes.breaches(short, packs.pack("commercial"), NOW, zone=SOFIA, person_holds_key=True)
    assert breach.rule == "minimum_days"
    assert breach.clause.en == "Centre's rules for commercial procedures, 2(a)"
    assert breach.params["earliest"] == NOW + timedelta(days=7)


def test_public_law_counts_whole_days_after_the_day_of_publication():
    facts = replace(
        GOOD, regime="bg_public", seal="server_and_person", seal_person_id=LOT.id, value_amount=Decimal(500000)
    )
    end = datetime(2026, 12, 23, 23, 59, tzinfo=SOFIA)  # 30 days after 23 November, to the end of the day
    assert "minimum_days" not in rules_broken(replace(facts, closes_at=end), pack="bg_public")
    early = replace(facts, closes_at=end - timedelta(minutes=1))
    assert "minimum_days" in rules_broken(early, pack="bg_public")


def local(*parts):
    return datetime(*parts, tzinfo=SOFIA)


PUBLIC = replace(
    GOOD, regime="bg_public", seal="server_and_person", seal_person_id=UUID(int=1), value_amount=Decimal(500000)
)


@pytest.mark.parametrize(
    ("published", "earliest"),
    [
        # The day of publication isn't counted, however little of it is left; which day it is is Sofia's matter.
        (local(2026, 11, 23, 0, 0), local(2026, 12, 23, 23, 59)),
        (local(2026, 11, 23, 23, 59, 59), local(2026, 12, 23, 23, 59)),
        (local(2026, 11, 24, 0, 0), local(2026, 12, 24, 23, 59)),
        (datetime(2026, 11, 23, 21, 59, 59, tzinfo=UTC), local(2026, 12, 23, 23, 59)),
        (datetime(2026, 11, 23, 22, 0, tzinfo=UTC), local(2026, 12, 24, 23, 59)),
        # Clocks go forward on 29 March and back on 25 October 2026: the last minute stays 23:59 by the wall.
        (local(2026, 3, 10, 12, 0), datetime(2026, 4, 9, 20, 59, tzinfo=UTC)),
        (local(2026, 10, 10, 12, 0), datetime(2026, 11, 9, 21, 59, tzinfo=UTC)),
        (local(2026, 2, 27, 23, 30), datetime(2026, 3, 29, 20, 59, tzinfo=UTC)),
        (local(2026, 9, 25, 0, 30), datetime(2026, 10, 25, 21, 59, tzinfo=UTC)),
        (local(2027, 12, 31, 23, 59), local(2028, 1, 30, 23, 59)),
    ],
)
def test_thirty_days_of_public_law_to_the_minute(published, earliest):
    def breaks(end):
        facts = replace(PUBLIC, closes_at=end)
        return "minimum_days" in rules_broken(facts, moment=published.astimezone(UTC), pack="bg_public")

    assert not breaks(earliest.astimezone(UTC))
    assert breaks((earliest - timedelta(seconds=1)).astimezone(UTC))


@pytest.mark.parametrize("day", [local(2026, 3, 28, 3, 30), local(2026, 10, 24, 3, 30), local(2026, 6, 1, 0, 0)])
def test_days_of_hours_have_24_hours_each_also_when_the_clocks_change(day):
    pack = packs.pack("commercial")
    for start in (day, day.astimezone(UTC)):
        end = regimes.counted(pack, start, 7, SOFIA)
        assert end.astimezone(UTC) - start.astimezone(UTC) == timedelta(hours=168)
        exactly = replace(GOOD, closes_at=end)
        assert rules_broken(exactly, moment=start) == []
        assert rules_broken(replace(exactly, closes_at=end - timedelta(microseconds=1)), moment=start) == [
            "minimum_days"
        ]


def clauses(pack):
    rules = (*pack.minimum_days, *pack.after_change, pack.enquiries, *pack.seal)
    own = [pack.kinds_clause, *([pack.counting_clause] if pack.counting_clause else [])]
    return [*own, *(rule.clause for rule in rules)]


def test_every_clause_of_law_says_where_it_stands_and_whether_it_was_compared():
    for pack in packs.packs().values():
        for clause in clauses(pack):
            is_own = clause.en.startswith("Centre's rules")
            assert is_own != bool(clause.source), clause.en
            assert is_own == clause.bg.startswith("Правила на центъра"), clause.bg
            assert clause.verified is None or (clause.verified_with and clause.source)
    assert [clause.en for clause in clauses(packs.pack("bg_public")) if clause.is_unverified] == [
        "Regulation (EEC, Euratom) No 1182/71, Art. 3(1) and (2)(b)"
    ]


def test_above_the_threshold_a_person_of_the_buyer_holds_the_seal():
    facts = replace(GOOD, regime="bg_public", value_amount=Decimal(216000))
    assert rules_broken(facts, pack="bg_public") == ["seal_holders"]
    below = replace(facts, value_amount=Decimal("215999.99"))
    assert rules_broken(below, pack="bg_public") == []


def test_a_value_in_lev_is_turned_by_the_fixed_rate():
    facts = replace(GOOD, regime="bg_public", currency="BGN", value_amount=Decimal(400000))
    assert rules_broken(facts, pack="bg_public") == []
    assert rules_broken(replace(facts, value_amount=Decimal(430000)), pack="bg_public") == ["seal_holders"]


def test_a_person_named_for_the_seal_needs_a_living_key():
    facts = replace(GOOD, seal="server_and_person")
    assert rules_broken(facts) == ["seal_person_missing"]
    from uuid import uuid4

    named = replace(facts, seal_person_id=uuid4())
    assert rules_broken(named, key=False) == ["seal_person_without_key"]
    assert rules_broken(named, key=True) == []


def test_questions_end_before_the_end():
    assert rules_broken(replace(GOOD, enquiries_close_at=GOOD.closes_at)) == ["enquiries_end"]
    assert rules_broken(replace(GOOD, enquiries_close_at=GOOD.closes_at + timedelta(hours=1))) == [
        "enquiries_after_deadline"
    ]
    assert rules_broken(replace(GOOD, enquiries_close_at=GOOD.closes_at - timedelta(days=1))) == []


@given(any_pack, kinds, values, values)
def test_a_higher_value_never_asks_for_fewer_days(pack, kind, one, other):
    low, high = sorted([one or Decimal(0), other or Decimal(0)])
    assert regimes.minimum(pack.minimum_days, kind, low).days <= regimes.minimum(pack.minimum_days, kind, high).days
    # Not knowing the value never helps.
    assert regimes.minimum(pack.minimum_days, kind, high).days <= regimes.minimum(pack.minimum_days, kind, None).days


@given(any_pack, moments, st.integers(0, 60))
def test_a_period_has_at_least_its_days_but_for_the_last_minute(pack, start, days):
    end = regimes.counted(pack, start, days, SOFIA)
    # Clocks go forward by an hour in March: a whole day may have 23.
    assert end >= start + timedelta(days=days) - timedelta(hours=1, minutes=1)
    assert regimes.counted(pack, start, days + 1, SOFIA) > end


@given(any_pack, kinds, values, moments, st.timedeltas(timedelta(days=-5), timedelta(days=60)), st.booleans())
def test_a_change_never_brings_the_end_nearer_and_leaves_the_days_of_the_regime(
    pack, kind, value, moment, left, is_material
):
    old = replace(GOOD, kind=kind, value_amount=value, closes_at=moment + left, enquiries_close_at=moment + left / 2)
    done = changes.moved(old, old, is_material=is_material, pack=pack, moment=moment, zone=SOFIA)
    assert done.facts.closes_at >= old.closes_at
    if is_material:
        rule = regimes.minimum(pack.after_change, kind, value)
        assert done.facts.closes_at >= regimes.counted(pack, moment, rule.days, SOFIA)
    else:
        assert done.facts == old
    # The end of questions keeps its distance.
    assert done.facts.closes_at - done.facts.enquiries_close_at == old.closes_at - old.enquiries_close_at
    again = changes.moved(done.facts, done.facts, is_material=True, pack=pack, moment=moment, zone=SOFIA)
    assert again.facts == done.facts or not is_material


def test_what_a_change_may_not_touch():
    from uuid import uuid4

    kept, gone = replace(LOT, id=uuid4()), replace(LOT, id=uuid4())
    old = replace(GOOD, lots=(kept, gone))
    new = replace(old, lots=(kept,), currency="USD", closes_at=old.closes_at - timedelta(days=1))
    assert [(b.rule, b.field) for b in changes.breaches(old, new)] == [
        ("fixed_once_published", "currency"),
        ("lot_removed", "lots"),
        ("deadline_nearer", "closes_at"),
    ]
    assert changes.breaches(old, replace(old, lots=(gone, kept, LOT), title="New")) == ()


CLAUSE = '{ en = "a", bg = "б" }'
PACK = f"""
code = "x"
counting = "hours"
kinds = ["open_tender"]
kinds_clause = {CLAUSE}
title = {CLAUSE}
about = {CLAUSE}
enquiries = {{ days = 1, clause = {CLAUSE} }}
minimum_days = [{{ kind = "open_tender", from_value = "0", days = 7, clause = {CLAUSE} }}]
after_change = [{{ kind = "open_tender", from_value = "0", days = 7, clause = {CLAUSE} }}]
"""


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('counting = "hours"', 'counting = "moons"'),
        ('kinds = ["open_tender"]', 'kinds = ["open_tender", "request_for_prices"]'),
        ("days = 7", "days = -7"),
        ("days = 7", 'days = "7"'),
        ('from_value = "0"', 'from_value = "10"'),
        ('from_value = "0"', 'from_value = "much"'),
        ('bg = "б"', 'bg = ""'),
        ('bg = "б"', 'bg = "б", verified = 2026-01-01'),
        ('bg = "б"', 'bg = "б", source = "x", verified = "yes", verified_with = "y"'),
        ('code = "x"', ""),
        ("code = ", "code "),
    ],
)
def test_a_faulty_pack_is_refused_when_it_is_loaded(old, new):
    assert regimes.parse(PACK).code == "x"
    assert old in PACK
    with pytest.raises(PackFaulty):
        regimes.parse(PACK.replace(old, new))


def test_a_pack_whose_days_fall_with_the_value_is_refused():
    tiers = f"""minimum_days = [{{ kind = "open_tender", from_value = "0", days = 7, clause = {CLAUSE} }},
      {{ kind = "open_tender", from_value = "9", days = 6, clause = {CLAUSE} }}]"""
    lines = [tiers if line.startswith("minimum_days") else line for line in PACK.splitlines()]
    with pytest.raises(PackFaulty):
        regimes.parse("\n".join(lines))
