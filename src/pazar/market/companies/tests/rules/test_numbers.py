"""Numbers of organisations: what is typed, what is meant, what can't be right (A2)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum import lei
from stdnum.iso7064 import mod_97_10
from stdnum.ru import inn

from pazar.ground.codes.numbers import canonical_number
from pazar.market.companies.rules.numbers import Fault, read_as, read_number


@pytest.mark.parametrize(
    ("country", "typed", "scheme", "canonical"),
    [
        ("BG", "831496285", "BG-EIK", "831496285"),
        ("bg", " BG 831 496 285 ", "BG-EIK", "831496285"),
        ("BG", "ЕИК: 831.496.285", "BG-EIK", "831496285"),
        ("BG", "BG831496285\u200b", "BG-EIK", "831496285"),
        ("RU", "7707083893", "RU-INN", "7707083893"),
        ("RU", "ИНН 770 708 3893", "RU-INN", "7707083893"),
        ("RU", "1027700132195", "RU-OGRN", "1027700132195"),
        ("GB", "445790", "GB-COH", "00445790"),
        ("UK", "sc 123456", "GB-COH", "SC123456"),
        ("GB", "GB 980 7806 84", "GB-VAT", "980780684"),
        ("DE", "DE 136 695 976", "DE-VAT", "136695976"),
        ("GR", "EL 094259216", "GR-AFM", "094259216"),
        ("AT", "FN 248742 y", "AT-FB", "248742y"),
        ("LT", "300510796", "LT-RC", "300510796"),
        ("NL", "KvK 77419219", "NL-KVK", "77419219"),
        ("FR", "529900T8BM49AURSDO55", "LEI", "529900T8BM49AURSDO55"),
        ("FR", "lei 5299 00T8 BM49 AURS DO55", "LEI", "529900T8BM49AURSDO55"),
    ],
)
def test_a_number_has_one_form_however_it_is_typed(country, typed, scheme, canonical):
    read = read_number(country, typed)
    assert (read.scheme, read.canonical, read.fault) == (scheme, canonical, None)


@pytest.mark.parametrize(
    ("country", "typed", "fault"),
    [
        ("BG", "831496286", Fault.CHECK_DIGIT),
        ("BG", "83149628", Fault.LENGTH),
        ("BG", "83149628A", Fault.CHARACTERS),
        ("BG", " - ", Fault.EMPTY),
        ("RU", "7707083894", Fault.CHECK_DIGIT),
        ("RU", "1027700132196", Fault.CHECK_DIGIT),
        ("GB", "ZZ123456", Fault.FORM),
        ("GB", "00000000", Fault.FORM),
        ("FR", "DE136695976", Fault.OTHER_COUNTRY),
        ("FR", "529900T8BM49AURSDO56", Fault.CHECK_DIGIT),
        ("LT", "300510797", Fault.CHECK_DIGIT),
        ("Bulgaria", "831496285", Fault.COUNTRY),
        ("US", "12-3456789", Fault.NO_RULE),
        ("BG", "8" * 5000, Fault.LENGTH),
    ],
)
def test_a_number_that_cant_be_right_says_why(country, typed, fault):
    assert read_number(country, typed).fault is fault


@given(st.text(max_size=60), st.sampled_from(["BG", "RU", "GB", "DE", "FR", "PL", "LT", "NL", "XX", "", "Б"]))
def test_whatever_is_typed_is_answered(typed, country):
    read = read_number(country, typed)
    assert read.valid or read.fault is not None
    if read.valid:
        again = read_number(country, read.canonical)
        assert (again.scheme, again.canonical) == (read.scheme, read.canonical)


@given(st.integers(10**8, 10**9 - 1))
def test_any_other_last_digit_of_a_good_number_is_refused(number):
    good = [read_number("RU", f"{number}{digit}").valid for digit in range(10)]
    assert sum(good) == 1
    assert good.index(True) == int(inn.calc_company_check_digit(str(number)))


@given(st.integers(10**7, 10**8 - 1), st.integers(0, 9))
def test_what_an_import_takes_for_certain_is_read_the_same_way(front, last):
    number = f"{front}{last}"
    certain = canonical_number("BG", number)
    read = read_number("BG", number)
    assert read.valid == (certain is not None)
    assert certain is None or (read.scheme, read.canonical) == certain


@given(st.text("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=18, max_size=18), st.integers(0, 99))
def test_an_lei_is_checked_as_the_library_checks_it(front, check):
    for typed in (f"{front}{check:02d}", front + mod_97_10.calc_check_digits(front)):
        assert read_as("LEI", "DE", typed).valid == lei.is_valid(typed)
