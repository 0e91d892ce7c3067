"""What was typed beside what the register says (A2)."""

from pazar.market.companies.rules.particulars import Door, Particulars, Status, compare, door


def registered(**changes):
    facts = {"country": "BG", "scheme": "BG-EIK", "number": "831496285", "name": "ПЕТРОЛ", "name_latin": "PETROL"}
    return Particulars(**(facts | {"legal_form": "АД", "town": "София"} | changes))


def test_a_name_agrees_with_and_without_its_form_and_in_the_registers_latin():
    for typed in ("Петрол", "„Петрол“ АД", "Petrol AD", "PETROL"):
        assert compare({"name": typed}, registered()).agree == ("name",), typed


def test_a_name_written_otherwise_differs_but_is_near():
    (difference,) = compare({"name": "Пeтрoл АД"}, registered(name_latin="")).differ  # Latin e and o
    assert (difference.field, difference.near) == ("name", True)


def test_another_name_differs():
    (difference,) = compare({"name": "Петромакс АД"}, registered()).differ
    assert (difference.registered, difference.near) == ("ПЕТРОЛ", False)


def test_what_nobody_says_is_neither():
    comparison = compare({"name": "Петрол", "town": "Пловдив"}, registered(address=""))
    assert comparison.agree == ("name",)
    assert [d.field for d in comparison.differ] == ["town"]
    assert set(comparison.unsaid) == {"legal_form", "address", "postal_code"}


def test_a_dissolved_organisation_stays_out_and_an_insolvent_one_is_looked_at():
    assert door(Status.DISSOLVED) is Door.SHUT
    assert {door(Status.INSOLVENCY), door(Status.LIQUIDATION)} == {Door.FLAGGED}
    assert {door(Status.ACTIVE), door(Status.UNKNOWN)} == {Door.OPEN}
