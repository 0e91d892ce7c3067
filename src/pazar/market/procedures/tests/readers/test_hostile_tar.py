"""Tar archives: members are read in memory and named in the report, never unpacked; nothing in them leads anywhere."""

import gzip
import io
import tarfile
from pathlib import Path

import pytest

from pazar.market.procedures.adapters.reader import Limits, Refused
from pazar.market.procedures.adapters.registry import read_files

from .conftest import Read
from .test_hostile import archive, package, release


def tar(*members: tuple[str, bytes | dict[str, object]], form: int = tarfile.PAX_FORMAT) -> bytes:
    """Members by name: their content, or what stands in their header."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=form) as file:
        for name, given in members:
            header = tarfile.TarInfo(name)
            if isinstance(given, bytes):
                header.size = len(given)
                file.addfile(header, io.BytesIO(given))
            else:
                for key, value in given.items():
                    setattr(header, key, value)
                file.addfile(header)
    return buffer.getvalue()


def told(refused: list[Refused]) -> list[tuple[str, str]]:
    return [(item.code, item.place.where) for item in refused]


@pytest.mark.parametrize(
    "form", [tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT], ids=["ustar", "gnu", "pax"]
)
@pytest.mark.parametrize("packed", [False, True], ids=["tar", "tar.gz"])
def test_each_member_is_read_by_itself(read: Read, form: int, packed: bool) -> None:
    long = "обявления/" * 8 + "b.json" if form != tarfile.USTAR_FORMAT else "b.json"
    data = tar(("a.json", release("a")), (long, package(release("b"), b"1", release("c"))), form=form)
    taken, refused = read(gzip.compress(data) if packed else data)
    assert taken == ["a", "b", "c"]
    assert told(refused) == [("not-an-object", f"{long} › release 2")]


@pytest.mark.parametrize(
    ("name", "given", "code"),
    [
        ("link.json", {"type": tarfile.SYMTYPE, "linkname": "/etc/passwd"}, "no-plain-file"),
        ("hard.json", {"type": tarfile.LNKTYPE, "linkname": "a.json"}, "no-plain-file"),
        ("null", {"type": tarfile.CHRTYPE, "devmajor": 1, "devminor": 3}, "no-plain-file"),
        ("disk", {"type": tarfile.BLKTYPE, "devmajor": 8, "devminor": 0}, "no-plain-file"),
        ("pipe", {"type": tarfile.FIFOTYPE}, "no-plain-file"),
        ("a.json", b"{}", "same-member-twice"),
        ("inner.zip", archive({"x": b"{}"}), "archive-in-archive"),
        ("inner.gz", gzip.compress(b"{}"), "archive-in-archive"),
        ("inner.tar", tar(("x", b"{}")), "archive-in-archive"),
        ("run.json", b"MZ\x90\x00", "program"),
    ],
)
def test_what_is_no_plain_file_costs_itself_alone(read: Read, name: str, given: object, code: str) -> None:
    taken, refused = read(tar(("a.json", release("a")), (name, given), ("z.json", release("z"))))  # type: ignore[arg-type]
    assert taken == ["a", "z"]
    assert told(refused) == [(code, name)]


def test_a_path_that_leads_out_is_a_label(read: Read, tmp_path: Path) -> None:
    taken, refused = read(tar(("../../evil.json", release("a")), ("/etc/evil.json", b"{}")))
    assert taken == ["a"]
    assert told(refused) == [("unknown-json", "/etc/evil.json")]
    assert not list(tmp_path.parent.parent.glob("**/evil.json"))


def test_archives_in_zip_are_not_opened_either(read: Read) -> None:
    taken, refused = read(archive({"a.json": release("a"), "b.tar": tar(("x", b"{}"))}))
    assert taken == ["a"]
    assert told(refused) == [("archive-in-archive", "b.tar")]


def test_a_bomb_and_a_mass_of_members_are_not_read_on(tmp_path: Path) -> None:
    limits = Limits(ratio_from=1 << 20, members=50)
    path = tmp_path / "bomb"
    path.write_bytes(gzip.compress(tar(("a.json", release("a")), ("b.json", b'{"ocid":"' + b"0" * (20 << 20) + b'"}'))))
    found = list(read_files([path], limits=limits))
    assert getattr(found[0].item, "source_id", "") == "a"
    assert [one.item.code for one in found if isinstance(one.item, Refused)][-1] == "bomb"
    # also where it lies in something that isn't read at all
    path.write_bytes(gzip.compress(tar(("a.bin", b"\0" * (20 << 20)), ("z.json", release("z")))))
    assert [one.item.code for one in read_files([path], limits=limits) if isinstance(one.item, Refused)][-1] == "bomb"
    path.write_bytes(tar(*((f"{n}.json", release(f"o-{n}")) for n in range(60))))
    found = list(read_files([path], limits=limits))
    assert len([one for one in found if not isinstance(one.item, Refused)]) == 50
    assert isinstance(found[-1].item, Refused)
    assert found[-1].item.code == "too-many-members"


def test_headers_that_lie_take_no_memory_and_end_it(read: Read) -> None:
    whole = tar(("a.json", release("a")), ("b.json", b" " * 2000 + release("b")))
    taken, refused = read(whole[:2000])
    assert taken == ["a"]
    assert refused
    assert refused[-1].code in ("archive-cut-short", "cut-short")
    # a header of names that says it is 8 GB long
    header = tarfile.TarInfo("././@LongLink")
    header.type, header.size = tarfile.GNUTYPE_LONGNAME, 8 << 30
    taken, refused = read(tar(("a.json", release("a")))[:1024] + header.tobuf(tarfile.GNU_FORMAT))
    assert taken == ["a"]
    assert [item.code for item in refused] == ["broken-archive"]
    broken = bytearray(whole)
    broken[1024 + 148 : 1024 + 156] = b"77777777"
    taken, refused = read(bytes(broken))
    assert taken == ["a"]
    assert [item.code for item in refused] == ["broken-archive"]
