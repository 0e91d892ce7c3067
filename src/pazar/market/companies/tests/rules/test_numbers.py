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
        ("", "529900t8bm49aursdo55", "LEI", "529900T8BM49AURSDO55"),
        ("US", "HWUPKR0MPOU8FGXBT394", "LEI", "HWUPKR0MPOU8FGXBT394"),
        ("BG", "８３１４９６２８５", "BG-EIK", "831496285"),
        ("ВG", "ВG831496285", "BG-EIK", "831496285"),  # Cyrillic В
        ("БГ", "БГ 831496285", "BG-EIK", "831496285"),
        ("BGR", "ЕИК/ПИК: „831496285“", "BG-EIK", "831496285"),
        ("BG", "ЕИК/БУЛСТАТ № 831496285", "BG-EIK", "831496285"),
        ("BG", "ИН по ДДС BG831496285".replace("по ДДС ", ""), "BG-EIK", "831496285"),
        ("BG", "٨٣١٤٩٦٢٨٥", "BG-EIK", "831496285"),
        ("BG", "8\u00a03\u20091\u2011496_285,", "BG-EIK", "831496285"),
        ("BG", "\x00831496285\u202e", "BG-EIK", "831496285"),
        ("BG", "831496285 0014", "BG-EIK", "8314962850014"),
        ("RU", "ИНН/КПП 7707083893/773601001", "RU-INN", "7707083893"),
        ("RU", "ИНН 7707083893 КПП 773601001", "RU-INN", "7707083893"),
        ("RU", "500100732259", "RU-INN", "500100732259"),
        ("RU", "ОГРНИП 304500116000157", "RU-OGRN", "304500116000157"),
        ("RU", "385768585948949", "RU-OGRN", "385768585948949"),
        ("GB", "ＳＣ１２３４５６", "GB-COH", "SC123456"),
        ("GB", "SС123456", "GB-COH", "SC123456"),  # Cyrillic С
        ("GB", "ОС301540", "GB-COH", "OC301540"),  # Cyrillic both
        ("GB", "ni 12345", "GB-COH", "NI012345"),
        ("GB", "Company No. 00445790", "GB-COH", "00445790"),
        ("GB", "Registered number: OC301540", "GB-COH", "OC301540"),
        ("GB", "GB00445790", "GB-COH", "00445790"),
        ("GB", "ip29072r", "GB-COH", "IP29072R"),
        ("GB", "SP2335RS", "GB-COH", "SP2335RS"),
        ("GB", "R0000123", "GB-COH", "R0000123"),
        ("GB", "BR012345", "GB-COH", "BR012345"),
        ("XI", "XI 980 7806 84", "GB-VAT", "980780684"),
        ("BE", "TVA BE0807497383", "BE-BCE_KBO", "0807497383"),
        ("IT", "P.IVA 00931311005", "IT-PIVA", "00931311005"),
        ("ES", "CIF: B-58378431", "ES-NIF", "B58378431"),
        ("SE", "SE556188840401", "SE-VAT", "556188840401"),
        ("SE", "SE556188840402", "SE-VAT", "556188840402"),
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
        ("BG", "0" * 9, Fault.CHECK_DIGIT),
        ("DE", "0" * 9, Fault.FORM),
        ("PL", "0" * 10, Fault.FORM),
        ("IT", "0" * 11, Fault.FORM),
        ("ES", "***0046**", Fault.CHARACTERS),
        ("RU", "0000000000", Fault.FORM),
        ("RU", "304500116000158", Fault.CHECK_DIGIT),
        ("RU", "504500116000157", Fault.FORM),
        ("RU", "7707083894/773601001", Fault.CHECK_DIGIT),
        ("GB", "SC123456R", Fault.FORM),
        ("GB", "SC1234567", Fault.LENGTH),
        ("SE", "SE556188840499", Fault.FORM),
        ("", "831496285", Fault.COUNTRY),
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


@given(st.integers(10**13 * 3, 10**13 * 5 - 1))
def test_every_entrepreneur_has_one_check_digit(front):
    """Also those whose rest is ten, eleven or twelve."""
    assert sum(read_number("RU", f"{front}{digit}").valid for digit in range(10)) == 1


@given(st.sampled_from(["831496285", "131071587", "101056387"]), st.integers(0, 8), st.integers(1, 9))
def test_a_mistyped_digit_of_an_eik_is_seen(number, place, by):
    wrong = number[:place] + str((int(number[place]) + by) % 10) + number[place + 1 :]
    # The check digit is a rest modulo 11 folded into ten: a few pairs of numbers share it.
    assert not read_number("BG", wrong).valid or place < 8
