"""`pazar bench match` with files: its answers are those of a rule written here anew, and bad lines are told."""

import json
import os
import random
import subprocess
import sys
from pathlib import Path

BENCH = Path(__file__).resolve().parents[2] / "bench/match.py"


def bench(folder: Path, interests: bytes, notices: bytes, *more: str) -> tuple[list[tuple[str, ...]], dict, str]:
    (folder / "interests.tsv").write_bytes(interests)
    (folder / "notices.tsv").write_bytes(notices)
    files = ["--interests", str(folder / "interests.tsv"), "--notices", str(folder / "notices.tsv")]
    out = folder / "out.tsv"
    done = subprocess.run(
        [sys.executable, str(BENCH), *files, "--out", str(out), "--json", *more],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONUTF8": "1"},
    )
    assert done.returncode == 0, done.stderr[-800:]
    return [tuple(line.split("\t")) for line in out.read_text().splitlines()], json.loads(done.stdout), done.stderr


def test_hand_made_files(tmp_path: Path) -> None:
    interests = "\n".join(
        [
            "id\tcodes\tregions\tany\tnone",
            "10\t31321000-2\tBG\t\t",  # one code with its check digit
            "20\t313\t\t\t",  # the beginning of a code: all under it
            "30\t\tBG32\tкабели, мотори\t",  # any code; one of two words
            "40\t31320000;45000000\t\t\tупотребявани",  # unwanted word
            "50\t\t\t\t",  # asks nothing: fits all
            "60\t45000000",  # cells left out
            "70\t\tbg323\t\t",  # small letters
            "80\t31321200\tBG\t\t",  # deeper than the notice's code
        ]
    )
    notices = "\n".join(
        [
            "1\t31321000\tBG323\tДоставка на кабел",
            "2\t31321100-3\tBG\tупотребяван мотор",
            "3\t45233000\tRO\troads",
            "4\t\t\t",
            "notice-5\t31321210-7\tBG411\tкабели",
        ]
    )
    rows, report, _ = bench(tmp_path, interests.encode(), notices.encode())
    fits = {
        "1": [10, 20, 30, 40, 50, 70],
        "2": [10, 20, 50],
        "3": [40, 50, 60],
        "4": [50],
        "notice-5": [10, 20, 40, 50, 80],
    }
    assert rows == [(name, str(len(ids)), str(sum(ids))) for name, ids in fits.items()]
    assert (report["interests"], report["notices"]) == (8, 5)
    assert "refused_lines" not in report


def test_bad_lines_are_told_by_number_and_the_others_stand(tmp_path: Path) -> None:
    interests = (
        b"\xef\xbb\xbfid\tcodes\n1\t31000000\n2\t\xff31\n\n3\t31000000\t\t\t\textra\n4\t\0\n5\t31000000\t\t\t\t\n"
    )
    rows, report, said = bench(tmp_path, interests, b"7\t31321000\tBG\tx\r\n8\t31321000\tBG\tx\ty\r\n")
    assert rows == [("7", "2", "6")]
    assert report["refused_lines"] == 4
    assert [line for line in said.splitlines() if " line " in line] == [
        "interests.tsv line 3: byte 3 isn't UTF-8",
        "interests.tsv line 5: 6 cells; 5 are known",
        "interests.tsv line 6: a NUL",
        "notices.tsv line 2: 5 cells; 4 are known",
    ]


def test_random_files_against_a_rule_written_anew(tmp_path: Path) -> None:
    """A notice's code is in the tree under an interest's, its region within an interest's; words plain."""
    chance = random.Random(3)
    codes = ["31000000", "31300000", "31320000", "31321000", "31321200", "45000000", "45230000", "45233000", "71"]
    regions = ["BG", "BG3", "BG32", "BG323", "BG4", "RO", "RO1"]
    says = ["кабел", "мотор", "път", "ток", "помпа"]

    def some(of: list[str], most: int) -> list[str]:
        return chance.sample(of, chance.randint(0, most))

    interests = [(n, some(codes, 2), some(regions, 2), some(says, 2), some(says, 1)) for n in range(1, 401)]
    notices = [(n, some(codes[:-1], 2), some(regions, 2), some(says, 3)) for n in range(1, 81)]

    def under(code: str, wanted: str) -> bool:
        stem = wanted.rstrip("0") if len(wanted) == 8 else wanted
        return code.startswith(stem if len(stem) > 1 else wanted[:2])

    def fits(interest, notice) -> bool:
        _, wanted, places, any_of, none_of = interest
        return (
            (not wanted or any(under(code, one) for code in notice[1] for one in wanted))
            and (not places or any(place.startswith(one) for place in notice[2] for one in places))
            and (not any_of or any(word in notice[3] for word in any_of))
            and not any(word in notice[3] for word in none_of)
        )

    def tsv(rows) -> bytes:
        return "\n".join("\t".join([str(row[0]), *(" ".join(cell) for cell in row[1:])]) for row in rows).encode()

    expected = []
    for notice in notices:
        found = [interest[0] for interest in interests if fits(interest, notice)]
        expected.append((str(notice[0]), str(len(found)), str(sum(found))))
    rows, _, _ = bench(tmp_path, tsv(interests), tsv(notices), "--words", "plain")
    assert rows == expected
    assert len({count for _, count, _ in expected}) > 10
