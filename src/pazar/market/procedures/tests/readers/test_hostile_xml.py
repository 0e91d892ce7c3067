"""XML that the world sends: each is a refusal that names its place, quickly, and the good neighbours are kept."""

import codecs
import zipfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pazar.market.procedures.adapters import messages
from pazar.market.procedures.adapters.registry import read_files
from pazar.market.procedures.rules.notice import Notice

from .conftest import Read
from .test_hostile import archive

NAMESPACE = "http://publications.europa.eu/resource/schema/ted/R2.0.9/publication"


def ted(
    title: str = "t", number: int = 1, start: str = '<?xml version="1.0" encoding="UTF-8"?>', more: str = ""
) -> str:
    return (
        f'{start}\n<TED_EXPORT xmlns="{NAMESPACE}" DOC_ID="{number}-2020">\n<CODED_DATA_SECTION><NOTICE_DATA>'
        f'<ISO_COUNTRY VALUE="BG"/></NOTICE_DATA></CODED_DATA_SECTION><FORM_SECTION>\n'
        f'<F02_2014 CATEGORY="ORIGINAL" LG="BG"><OBJECT_CONTRACT><TITLE><P>{title}</P></TITLE>{more}</OBJECT_CONTRACT>'
        f"</F02_2014></FORM_SECTION></TED_EXPORT>"
    )


LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))
CASES: dict[str, tuple[bytes, str, str]] = {
    "a DOCTYPE": (ted(start="<!DOCTYPE TED_EXPORT>").encode(), "doctype", "line 1"),
    "a billion laughs": (
        ted("&l11;", start=f'<!DOCTYPE TED_EXPORT [<!ENTITY l0 "lol">{LAUGHS}]>').encode(),
        "doctype",
        "line 1",
    ),
    "a file of the machine": (
        ted("&x;", start='\n<!DOCTYPE TED_EXPORT [\n<!ENTITY x SYSTEM "file:///etc/passwd">]>').encode(),
        "doctype",
        "line 2",
    ),
    "a far DTD": (ted(start='<!DOCTYPE TED_EXPORT SYSTEM "http://x.example/a.dtd">').encode(), "doctype", "line 1"),
    "an entity nobody declared": (ted("&x;").encode(), "broken-xml", "line 4"),
    "XInclude": (
        ted(more='<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="/etc/passwd"/>').encode(),
        "xinclude",
        "line 4",
    ),
    "50,000 nested elements": (ted(more="<a>" * 50_000 + "</a>" * 50_000).encode(), "too-deep", "line 4"),
    "50,000 open elements": (ted(more="<a>" * 50_000).encode(), "too-deep", "line 4"),
    "a million elements": (ted(more="<a/>" * 1_000_000).encode(), "too-many-elements", ""),
    "a million attributes": (
        ted(more="<a " + " ".join(f'a{n}=""' for n in range(1_000_000)) + "/>").encode(),
        "too-many-elements",
        "",
    ),
    "a 12 MB field": (ted("x" * (12 << 20)).encode(), "text-too-long", "line 4"),
    "a 2 MB title": (ted("x" * (2 << 20)).encode(), "text-too-long", ""),
    "17 MB": (ted(more="<a>" + " " * (17 << 20) + "</a>").encode(), "too-large", ""),
    "a NUL": (ted("a\0b").encode(), "broken-xml", "line 4"),
    "a NUL by number": (ted("&#0;").encode(), "broken-xml", "line 4"),
    "half a character by number": (ted("&#xD800;").encode(), "broken-xml", "line 4"),
    "not UTF-8": (ted("\xff").encode("latin-1"), "not-utf8", "line 4"),
    "cp1251 that says UTF-8": (ted("ток").encode("cp1251"), "not-utf8", "line 4"),
    "UTF-8 that says cp1251": (
        ted("ток", start='<?xml version="1.0" encoding="windows-1251"?>').encode(),
        "encoding-lies",
        "line 1",
    ),
    "UTF-8 that says KOI-7": (
        ted(start='<?xml version="1.0" encoding="koi-7"?>').encode(),
        "unknown-encoding",
        "line 1",
    ),
    "an encoding that is a program": (
        ted(start='<?xml version="1.0" encoding="unicode_escape"?>').encode(),
        "unknown-encoding",
        "line 1",
    ),
    "the wrong end": (ted(more="<a></b>").encode(), "broken-xml", "line 4"),
    "cut off": (ted().encode()[:-20], "broken-xml", "line 4"),
    "two documents": ((ted() + ted()).encode(), "broken-xml", "line 4"),
    "the same attribute twice": (ted(more='<a b="1" b="2"/>').encode(), "broken-xml", "line 4"),
    "another XML": (b'<?xml version="1.0"?><rss/>', "unknown-xml", ""),
    "a comment alone": (b"<!-- TED_EXPORT -->", "unknown-format", ""),
    "no number": (ted().replace('DOC_ID="1-2020"', "").encode(), "no-identity", ""),
}


@pytest.mark.parametrize("case", CASES)
def test_a_bad_document_costs_only_itself(read: Read, case: str) -> None:
    data, code, line = CASES[case]
    good, other = ted(number=2).encode(), ted(number=3).encode()
    taken, refused = read(archive({"a.xml": good, "bad.xml": data, "c.xml": other}, zipfile.ZIP_STORED))
    assert taken == ["000002-2020", "000003-2020"]
    assert [(item.code, item.place.member, item.place.unit) for item in refused] == [(code, "bad.xml", line)]
    taken, refused = read(data)
    assert not taken
    assert code in [item.code for item in refused]


@pytest.mark.parametrize(
    "data",
    [
        codecs.BOM_UTF16_LE + ted("ток", start='<?xml version="1.0" encoding="UTF-16"?>').encode("utf-16-le"),
        codecs.BOM_UTF16_BE + ted("ток", start='<?xml version="1.0" encoding="UTF-16"?>').encode("utf-16-be"),
        ted("ток", start='<?xml version="1.0" encoding="UTF-16"?>').encode("utf-16-le"),
        codecs.BOM_UTF8 + ted("ток").encode(),
        ted("ток", start='<?xml version="1.0" encoding="windows-1251"?>').encode("cp1251"),
        ted("ток", start="").lstrip().encode(),
    ],
    ids=["UTF-16 little", "UTF-16 big", "UTF-16 without mark", "UTF-8 with mark", "windows-1251", "undeclared"],
)
def test_an_encoding_that_is_true_is_read(read: Read, tmp_path: Path, data: bytes) -> None:
    taken, refused = read(data)
    assert (taken, refused) == (["000001-2020"], [])
    (found,) = read_files([tmp_path / "given"])
    assert isinstance(found.item, Notice)
    assert found.item.title == "ток"


def test_12345678901234_57_stays_exact(read: Read, tmp_path: Path) -> None:
    read(ted(more='<VAL_TOTAL CURRENCY="EUR">12345678901234.57</VAL_TOTAL>').encode())
    (found,) = read_files([tmp_path / "given"])
    assert isinstance(found.item, Notice)
    assert found.item.value
    assert str(found.item.value.value) == "12345678901234.57"


@pytest.mark.parametrize("amount", ["NaN", "1e400", "Infinity", "1,234", "-5", "1" * 25])
def test_a_sum_that_is_none_is_left_or_refused(read: Read, tmp_path: Path, amount: str) -> None:
    read(ted(more=f'<VAL_TOTAL CURRENCY="EUR">{amount}</VAL_TOTAL>').encode())
    (found,) = read_files([tmp_path / "given"])
    if isinstance(found.item, Notice):
        assert found.item.value is None
        assert found.item.remarks
    else:
        assert (found.item.code, found.item.field) == ("number-too-large", "VAL_TOTAL.amount")


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_any_spoilt_document_has_an_end(tmp_path: Path, data: st.DataObject) -> None:
    good = bytearray(ted("ток", more='<CPV_MAIN><CPV_CODE CODE="31300000"/></CPV_MAIN>').encode())
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(good) - 1))
        good[place : place + data.draw(st.integers(0, 5))] = data.draw(
            st.sampled_from([b'"', b"<", b">", b"/", b"&", b"<!--", b"]]>", b"\x00", b"\xff", b"<?", b"", b"<![CDATA["])
        )
    path = tmp_path / "spoilt"
    path.write_bytes(good)
    for taken in read_files([path]):
        assert isinstance(taken.item, Notice) or taken.item.code in messages.SENTENCES
