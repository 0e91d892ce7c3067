"""Bank accounts, telephones and addresses are compared however they are written."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pazar.market.companies.rules import contacts


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("BG80 BNBG 9661 1020 3456 78", "BG80BNBG96611020345678"),
        ("iban: bg80bnbg96611020345678", "BG80BNBG96611020345678"),
        ("DE89 3704 0044 0532 0130 00", "DE89370400440532013000"),
        ("", ""),
        ("BG80 BNBG 9661 1020 3456 79", None),
        ("1234", None),
        ("\x00'; DROP", None),
    ],
)
def test_an_account_has_one_form_or_none(typed, expected):
    assert contacts.account(typed) == expected


@pytest.mark.parametrize(
    ("typed", "country", "expected"),
    [
        ("088 812 3456", "BG", "+359888123456"),
        ("+359 88 812 3456", "DE", "+359888123456"),
        ("00359888123456", "BG", "+359888123456"),
        ("８８８１２３４５６", "BG", "+359888123456"),
        ("8 (495) 123-45-67", "RU", "+74951234567"),
        ("020 7946 0018", "GB", "+442079460018"),
        ("", "BG", ""),
        ("12", "BG", None),
        ("call me", "BG", None),
        ("888123456", "", None),
    ],
)
def test_a_telephone_has_one_form_or_none(typed, country, expected):
    assert contacts.telephone(typed, country=country) == expected


@pytest.mark.parametrize("address", ["ул. „Търговска“ № 5, ет. 2", "улица Търговска 5, етаж 2", "Tyrgovska 5 et. 2"])
def test_an_address_has_one_key(address):
    mine = contacts.address_key(address=address, town="Ямбол", country="BG")
    if address[0] != "T":
        assert mine == contacts.address_key(address="ул. Търговска 5, ет. 2", town="гр. Ямбол", country="BG")
    assert mine != contacts.address_key(address="ул. Търговска 6, ет. 2", town="Ямбол", country="BG")


def test_an_address_without_a_number_is_everybodys():
    assert contacts.address_key(address="Център", town="Ямбол", country="BG") == ""


@given(st.text(max_size=100))
def test_nothing_typed_breaks_them(text):
    contacts.account(text)
    contacts.telephone(text, country="BG")
    contacts.address_key(address=text, town=text, country="BG")
    assert len(contacts.owners(text)) <= 10
