"""What the world sends: each is a refusal that names its place, quickly, and the good neighbours are kept."""

import gzip
import hashlib
import io
import json
import zipfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from pazar.market.procedures.adapters import messages
from pazar.market.procedures.adapters.reader import Limits, Refused
from pazar.market.procedures.adapters.registry import read_files
from pazar.market.procedures.rules.notice import Notice

from .conftest import Read


def release(ocid: str, extra: str = "") -> bytes:
    return f'{{"ocid":"{ocid}","id":"1","tag":["tender"],"tender":{{"title":"t"{extra}}}}}'.encode()


def package(*releases: bytes) -> bytes:
    return b'{"uri":"https://x.example/","releases":[' + b",".join(releases) + b'],"license":"none"}'


IN_A_RELEASE = {
    "NUL": (rb',"description":"a\u0000b"', "bad-character"),
    "raw NUL": (b',"description":"a\x00b"', "bad-character"),
    "half a character": (rb',"description":"\ud83d"', "bad-character"),
    "half in a key": (rb',"\udc00":1', "bad-character"),
    "not UTF-8": (b',"description":"\xff\xfe"', "not-utf8"),
    "cp1251": (',"description":"ток"'.encode("cp1251"), "not-utf8"),
    "NaN": (b',"value":{"amount":NaN}', "not-a-number"),
    "Infinity": (b',"value":{"amount":-Infinity}', "not-a-number"),
    "1e400": (b',"value":{"amount":1e400}', "number-too-large"),
    "1e-400": (b',"value":{"amount":1e-400}', "number-too-large"),
    "an exponent no machine takes": (b',"value":{"amount":1e99999999999999999999}', "bad-number"),
    "5,000 digits": (b',"value":{"amount":' + b"9" * 5000 + b"}", "bad-number"),
    "a double key": (b',"title":"u"', "double-key"),
    "brackets": (b',"a":' + b"[" * 100_000 + b"]" * 100_000, "too-deep"),
    "objects": (b',"a":' + b'{"a":' * 50_000 + b"1" + b"}" * 50_000, "too-deep"),
    "200 levels": (b',"a":' + b"[" * 200 + b"]" * 200, "too-deep"),
    "a broken value": (b',"a":tru', "broken-json"),
    "a missing comma": (b' "a":1', "broken-json"),
    "the wrong bracket": (b',"a":[1}', "broken-json"),
    "a 2 MB field": (b',"description":"' + b"x" * (2 << 20) + b'"', "text-too-long"),
    "a 17 MB field": (b',"description":"' + b"x" * (17 << 20) + b'"', "too-large"),
    "a long list": (b',"items":[' + b"{}," * 30_000 + b"{}]", "list-too-long"),
}


@pytest.mark.parametrize("case", IN_A_RELEASE)
def test_a_bad_release_costs_only_itself(read: Read, case: str) -> None:
    extra, code = IN_A_RELEASE[case]
    bad = release("bad")[:-2] + extra + b"}}"
    if case == "the wrong bracket":
        bad = release("bad")[:-2] + b',"a":[1}]}'  # as many closed as opened
    taken, refused = read(package(release("a"), bad, release("c")))
    assert taken == ["a", "c"]
    assert [(item.code, item.place.where) for item in refused] == [(code, "release 2")]
    taken, refused = read(b"\n".join((release("a"), bad, release("c"))))  # the same as lines
    assert taken == ["a", "c"]
    assert [item.code for item in refused] == [code]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "empty-file"),
        (b" \n ", "empty-file"),
        (b"\xef\xbb\xbf", "empty-file"),
        (b"<!DOCTYPE html><html>504</html>", "html"),
        (b"MZ\x90\x00\x03", "program"),
        (b"id;title\n1;x\n", "unknown-format"),
        (b'{"hello": "world"}', "unknown-json"),
        (b"\x00" * 1000, "unknown-format"),
        (b'"ocid":', "unknown-format"),
        (b"[" * 100_000, "unknown-json"),
        (b'{"ocid":' + b"[" * 100_000, "too-deep"),
        (b'{"releases":' + b"[" * 100_000, "cut-short"),
        (b'{"ocid": 1e', "cut-short"),
        (b'{"ocid": "a', "cut-short"),
        (b'{"ocid": "a"]', "broken-json"),
        (b'{"id": "no ocid", "tender": {}}', "no-identity"),
        (b'{"releases": [1]}', "not-an-object"),
        (b'{"releases": [null, ]}', "not-an-object"),
        (b'{"releases": {"a": 1}, "uri": 1} x', "not-json"),
        ('{"ocid": "a"}'.encode("utf-16")[:-1], "not-utf16"),
        (b"PK\x03\x04 and nothing", "broken-archive"),
        (b"\x1f\x8b and nothing", "broken-archive"),
        (gzip.compress(package(release("a")), mtime=0)[:-12], "archive-cut-short"),
    ],
)
def test_what_is_no_notice_is_refused(read: Read, data: bytes, code: str) -> None:
    _, refused = read(data)
    assert code in [item.code for item in refused]


def test_what_breaks_off_keeps_what_came_before(read: Read) -> None:
    marks = (hashlib.sha256(str(number).encode()).hexdigest() for number in range(2000))
    whole = package(*(release(mark) for mark in marks))
    taken, refused = read(whole[:-200])
    assert len(taken) > 1990
    assert [item.code for item in refused] == ["cut-short"]
    taken, refused = read(gzip.compress(whole)[:-1000])
    assert len(taken) > 1000
    assert [item.code for item in refused] == ["archive-cut-short"]
    noise = gzip.compress(whole)
    taken, refused = read(noise[:-8] + b"\x01" * 8)  # the checksum is wrong
    assert len(taken) == 2000
    assert [item.code for item in refused] == ["broken-archive"]


def archive(members: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as file:
        for name, data in members.items():
            file.writestr(name, data)
    return buffer.getvalue()


def test_a_bad_member_costs_only_itself(read: Read) -> None:
    data = bytearray(
        archive(
            {
                "../../etc/passwd": release("a"),
                "evil\x1b[2J\nname": b"<html>",
                "inner.zip": archive({"x": release("hidden")}),
                "inner.gz": gzip.compress(release("hidden")),
                "spoilt.json": release("spoilt") * 50,
                "C:\\good.json": release("b"),
            },
            zipfile.ZIP_STORED,
        )
    )
    spot = data.index(b'spoilt",')
    data[spot : spot + 6] = b"broken"  # so that the checksum doesn't hold
    taken, refused = read(bytes(data))
    assert {"a", "b"} <= set(taken)
    assert "hidden" not in taken
    codes = {item.place.member: item.code for item in refused}
    assert codes["inner.zip"] == codes["inner.gz"] == "archive-in-archive"
    assert codes["spoilt.json"] == "broken-archive"
    assert "html" in codes.values()
    assert not any("\x1b" in member or "\n" in member for member in codes)


def test_bombs_are_stopped(read: Read) -> None:
    zeros = b'{"ocid":"' + b"0" * (200 << 20) + b'"}'
    for data in (gzip.compress(zeros), archive({"bomb": zeros, "good": release("good")})):
        assert len(data) < 300_000
        taken, refused = read(data)
        assert "bomb" in [item.code for item in refused]
        assert taken == ([] if data[:2] == b"\x1f\x8b" else ["good"])


def test_too_much_is_too_much(read: Read) -> None:
    _, refused = read(archive({f"{number}": b"" for number in range(12_000)}, zipfile.ZIP_STORED))
    assert [item.code for item in refused] == ["too-many-members"]
    taken, refused = read(package(*[release("a")] * 9000), Limits(total_bytes=400_000))
    assert taken
    assert [item.code for item in refused] == ["file-too-large"]
    with pytest.warns(UserWarning, match="Duplicate name"):
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w") as file:
            file.writestr("a", release("first"))
            file.writestr("a", release("second"))
    taken, refused = read(buffer.getvalue())
    assert taken == ["first"]
    assert [item.code for item in refused] == ["same-member-twice"]


def test_a_spreadsheet_is_one_refusal(read: Read, tmp_path: Path) -> None:
    book = Workbook()
    book.active.append(["unique_id", "value"])
    book.active.append([12345678901234567890, "=1+1"])  # a number where a code was, and a formula
    book.save(tmp_path / "book.xlsx")
    _, refused = read((tmp_path / "book.xlsx").read_bytes())
    assert [item.code for item in refused] == ["unknown-format"]
    _, refused = read(b"MZ\x90\x00 named .xlsx")
    assert [item.code for item in refused] == ["program"]


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    codes = [taken.item.code for taken in read_files([tmp_path / "none", tmp_path]) if isinstance(taken.item, Refused)]
    assert codes == ["no-such-file", "unreadable"]


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_any_spoilt_file_has_an_end(tmp_path: Path, data: st.DataObject) -> None:
    good = bytearray(package(release("a", ',"items":[{"quantity":1.5}]'), release("b"), release("c")))
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(good) - 1))
        good[place : place + data.draw(st.integers(0, 3))] = data.draw(
            st.sampled_from([b'"', b"\\", b"{", b"}", b"[", b"]", b",", b"\x00", b"\xff", b"1", b"", b"\n{"])
        )
    path = tmp_path / "spoilt"
    path.write_bytes(good)
    for taken in read_files([path]):
        assert isinstance(taken.item, Notice) or taken.item.code in messages.SENTENCES


_TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=8)
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | _TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_TEXT, inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(_JSON, max_size=6), st.integers(1, 40), st.sampled_from([None, 1, "\t"]))
def test_units_are_cut_where_json_says(
    tmp_path: Path, values: list[object], chunk: int, indent: int | str | None
) -> None:
    """However small the pieces in which the stream comes, the units are those that a JSON parser sees."""
    from pazar.market.procedures.adapters import cut

    releases = [{"ocid": str(number), "x": value} for number, value in enumerate(values)]
    text = json.dumps({"uri": "]}", "a": {"releases": [1]}, "releases": releases, "z": [{}]}, indent=indent)

    class Drops(io.BytesIO):
        def read1(self, size: int | None = -1) -> bytes:
            return super().read1(chunk)

    units = list(cut.Cutter(Drops(text.encode()), Limits()).units())
    assert [unit.problem for unit in units] == [""] * len(units)
    assert [cut.parse(unit.raw)["ocid"] for unit in units if unit.kind == "releases"] == [r["ocid"] for r in releases]
    assert json.loads(units[-1].raw) == {"uri": "]}", "a": {"releases": [1]}, "releases": [], "z": [{}]}
