"""The heaviest of what the world sends, each in a process of its own: seconds and megabytes measured from outside."""

import gzip
import io
import json
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from .test_hostile import archive, package, release
from .test_hostile_xml import ted
from .test_tables import HEADER, row

pytestmark = pytest.mark.long
SCRIPT = """
import json, re, resource, sys
from pathlib import Path
from pazar.market.procedures.adapters.reader import Refused
from pazar.market.procedures.adapters.registry import read_files
taken, codes = 0, []
for found in read_files([Path(sys.argv[1])]):
    if isinstance(found.item, Refused):
        codes.append([found.item.code, found.item.place.where])
    else:
        taken += 1
used = resource.getrusage(resource.RUSAGE_SELF)
# not ru_maxrss: a child begins with its parent's
peak = int(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1]) // 1024
print(json.dumps([taken, codes[:5], len(codes), used.ru_utime + used.ru_stime, peak]))
"""
BIG = 200 << 20


def xml_zip(size: int) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("good.xml", ted(number=1))
        file.writestr("bomb.xml", ted("x" * size))
        file.writestr("other.xml", ted(number=2))
    return buffer.getvalue()


CASES: dict[str, tuple[Callable[[], bytes], int, str]] = {
    "200 MB of JSON in 200 kB of gzip": (lambda: gzip.compress(b'{"ocid":"' + b"0" * BIG + b'"}'), 0, "bomb"),
    "200 MB of XML in 200 kB of zip": (lambda: xml_zip(BIG), 2, "too-large"),
    "a bomb of rows": (
        lambda: gzip.compress(HEADER.encode() + b"\n" + (row("a").encode() + b"\n") * (BIG // 60)),
        -1,
        "bomb",
    ),
    "15 MB of elements": (lambda: ted(more="<a/>" * 3_500_000).encode(), 0, "too-many-elements"),
    "as many elements as are taken": (lambda: ted(more="<a/>" * 299_000).encode(), 1, ""),
    "as many attributes as are taken": (
        lambda: ted(more="".join(f'<a b{n}="x" c="y"/>' for n in range(140_000))).encode(),
        1,
        "",
    ),
    "100,000 brackets": (lambda: package(release("a"), b"[" * 100_000, release("b")), -1, "cut-short"),
    "50,000 elements nested": (lambda: ted(more="<a>" * 50_000 + "</a>" * 50_000).encode(), 0, "too-deep"),
    "a 12 MB field of a table": (
        lambda: b"\n".join((HEADER.encode(), row("a").encode(), b"x" * (12 << 20) + b",,,,,,", row("c").encode())),
        2,
        "too-large",
    ),
    "a million quotes": (lambda: HEADER.encode() + b"\n" + b'"\n' * 500_000, 0, "ragged-row"),
    "a quote before a million rows": (
        lambda: b"\n".join((HEADER.encode(), b'"open,,,,,,', *[row("a").encode()] * 100_000)),
        100_000,
        "unclosed-quote",
    ),
    "20,000 columns, 500 rows": (lambda: HEADER.encode() + b"\n" + (b"," * 20_000 + b"\n") * 500, 0, "ragged-row"),
    "12,000 members": (
        lambda: archive({f"{n}": b"" for n in range(12_000)}, zipfile.ZIP_STORED),
        0,
        "too-many-members",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_within_five_seconds_and_300_mb(tmp_path: Path, case: str) -> None:
    make, expected, code = CASES[case]
    path = tmp_path / "given"
    path.write_bytes(make())
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(path)], capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr[-500:]
    taken, codes, _count, seconds, megabytes = json.loads(done.stdout)
    print(f"{case}: {seconds:.1f} s, {megabytes} MB")
    assert seconds < 5
    assert megabytes < 300
    assert code in [found for found, _ in codes] if code else codes == []
    assert taken == expected or expected < 0
