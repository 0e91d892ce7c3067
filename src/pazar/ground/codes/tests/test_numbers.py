"""Numbers as buyers type them; these samples are legal entities from public notices or made up."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pazar.ground.codes.countries import alpha2
from pazar.ground.codes.numbers import canonical_number, is_eik


@pytest.mark.parametrize(
    ("country", "raw", "canonical"),
    [
        ("BG", "000852697", ("BG-EIK", "000852697")),
        ("BG", " 000 852 697 ", ("BG-EIK", "000852697")),
        ("BG", "BG000852697", ("BG-EIK", "000852697")),
        ("BG", "ЕИК 000.852.697", ("BG-EIK", "000852697")),
        ("BG", "0006950890133", ("BG-EIK", "0006950890133")),
        ("RO", "RO 5919650", ("RO-CUI", "5919650")),
        ("PL", "774-15-46-233", ("PL-NIP", "7741546233")),
        ("PL", "774-15-46-234", None),
        ("PL", "596-169-43-54", ("PL-NIP", "5961694354")),
        ("PL", "REGON: 017007960", ("PL-REGON", "017007960")),
        ("FR", "339 379 984", ("FR-SIREN", "339379984")),
        ("FR", "21690123100011", ("FR-SIREN", "216901231")),
        ("BE", "BE0461.783.247", ("BE-BCE_KBO", "0461783247")),
        ("NO", "NO910253158MVA", ("NO-BRC", "910253158")),
        ("NO", "916 075 855", ("NO-BRC", "916075855")),
        ("DK", "16 28 71 80", ("DK-CVR", "16287180")),
        ("SE", "556770-1437", ("SE-BLV", "5567701437")),
        ("IT", "P.IVA 02239200963", ("IT-PIVA", "02239200963")),
        ("NL", "KvK: 09155985", ("NL-KVK", "09155985")),
        ("NL", "09.15.59.85", ("NL-KVK", "09155985")),
        ("NL", "NL 1112.22.333.B01", ("NL-RSIN", "111222333")),
        ("NL", "111720547", None),  # nine digits that no check digit holds together
        ("UK", "02366678", ("GB-COH", "02366678")),
        ("UK", "2366678", ("GB-COH", "02366678")),
        ("GB", "SC 123456", ("GB-COH", "SC123456")),
        ("GB", "GB 980 7806 84", ("GB-VAT", "980780684")),
        ("HU", "10386921-2-42", ("HU-TAX", "10386921")),
        ("HU", "10386921242", ("HU-TAX", "10386921")),
        ("HU", "10386921", ("HU-TAX", "10386921")),
        ("HU", "10386922242", None),
        ("LT", "110053842", ("LT-RC", "110053842")),
        ("LT", "110053843", None),
        ("BE", "0201.741.786_22228", ("BE-BCE_KBO", "0201741786")),
        ("LU", "B 140.872", ("LU-RCSL", "B140872")),
        ("IS", "500300-2130", ("IS-RSK", "5003002130")),
        ("ES", "***3467**", None),
        ("GR", "GR", None),
        ("US", "83-4142710", None),
        ("", "000852697", None),
    ],
)
def test_a_number_has_one_form(country: str, raw: str, canonical: tuple[str, str] | None) -> None:
    assert canonical_number(country, raw) == canonical


@pytest.mark.parametrize(
    "raw", ["2020/S 034-081504", "000852698", "0006950890134", "000000000", "٠٠٠٨٥٢٦٩٧", "", "BG", "1" * 5000]
)
def test_what_no_register_gave_out_is_none(raw: str) -> None:
    assert canonical_number("BG", raw) is None


@given(st.integers(1, 99_999_999), st.integers(1, 9))
def test_a_wrong_check_digit_is_seen(body: int, by: int) -> None:
    eik = next(number for number in (f"{body:08}{check}" for check in range(10)) if is_eik(number))
    assert not is_eik(eik[:8] + str((int(eik[8]) + by) % 10))
    assert canonical_number("BG", f"BG {eik[:3]} {eik[3:6]}.{eik[6:]}") == ("BG-EIK", eik)


@given(
    st.text(max_size=60),
    st.sampled_from(["BG", "FR", "PL", "ES", "AT", "CH", "LV", "SI", "HU", "UA", "DE", "xx"]),
)
def test_any_text_has_an_answer(raw: str, country: str) -> None:
    number = canonical_number(country, raw)
    assert number is None or canonical_number(country, number.canonical) == number


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("BG", "BG"),
        ("uk", "GB"),
        ("EL", "GR"),
        ("BGR", "BG"),
        (" United Kingdom", "GB"),
        ("Україна", "UA"),
        ("Украина", "UA"),
        ("България", "BG"),
        ("Colombia", "CO"),
        ("Ruritania", ""),
        ("", ""),
    ],
)
def test_words_name_a_country_or_none(words: str, code: str) -> None:
    assert alpha2(words) == code
