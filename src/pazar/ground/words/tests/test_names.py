"""Names that a person would take for one another (A3)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pazar.ground.words.names import has_form, skeleton, without_form

ALIKE = [
    ("„МЕДНИЦА” ООД", "Mednica OOD"),
    ("Медница ЕООД", "MEDNITSA LTD"),
    ("МЕДНИЦA", "Медница"),  # a Latin A at the end
    ("PAYPAL", "PАYPАL"),  # two Cyrillic letters
    ("ООО «Чудеса»", "Chudesa LLC"),
    ("Общество с ограниченной ответственностью Чудеса", "Чудеса ООО"),
    ("Юнион Ивкони О.О.Д.", "UNION-IVKONI"),
    ("Société Générale S.A.", "Societe Generale"),
    ("Щастие АД", "Shtastie"),
    ("Йордан Жеков ЕТ", "Jordan Zhekov"),
]
DIFFERENT = [("Медница ООД", "Мелница ООД"), ("Петрол АД", "Петролвил АД"), ("Алфа 1 ООД", "Алфа 2 ООД")]


@pytest.mark.parametrize(("one", "other"), ALIKE)
def test_look_alikes_have_one_skeleton(one, other):
    assert skeleton(one) == skeleton(other) != ""


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_different_names_stay_different(one, other):
    assert skeleton(one) != skeleton(other)


@pytest.mark.parametrize("name", ["АД", "ООО", "S.p.A.", "Ltd"])
def test_a_name_that_is_nothing_but_a_form_stays(name):
    assert without_form(name)


@given(st.text(max_size=80))
def test_a_skeleton_is_latin_and_stays_itself(name):
    made = skeleton(name)
    assert made.isascii()
    assert made == made.strip()


@pytest.mark.parametrize(
    "name",
    [
        "Медница ООД",
        "ЕТ Иванов - Петър Петров",
        "Mednica Ltd",
        "Acme S.A.",
        "Acme SA",
        "Acme, Inc.",
        "ООО Ромашка",
        "Müller GmbH & Co. KG",
    ],
)
def test_a_legal_form_tells_an_organisation(name):
    assert has_form(name)


@pytest.mark.parametrize("name", ["Maria Sa", "MARIA SA", "Петър Иванов", "Co Nguyen", "Ad Melkert", "", "...", "Ltd"])
def test_a_persons_name_has_no_legal_form(name):
    assert not has_form(name)
