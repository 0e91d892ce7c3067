"""`pazar signature verify` as a stranger runs it: no server, no database, no settings."""

import json
import subprocess
import sys

import pytest
from click.testing import CliRunner

from pazar.market.signatures import sentences
from pazar.market.signatures.cli import signature
from pazar.market.signatures.rules.reading import Fault
from pazar.market.signatures.rules.verdicts import Check

DOCUMENT = b"A document.\n"


@pytest.fixture
def files(world, tmp_path):
    (tmp_path / "document.txt").write_bytes(DOCUMENT)
    (tmp_path / "good.p7s").write_bytes(world.sign("good", DOCUMENT))
    (tmp_path / "revoked.p7s").write_bytes(world.sign("revoked", DOCUMENT))
    (tmp_path / "root.pem").write_bytes(world.pem("root"))
    (tmp_path / "noise").write_bytes(b"\x30\x80" * 4000)
    return tmp_path


def _run(files, *arguments):
    there = [str(files / one) if (files / one).exists() else one for one in arguments]
    done = CliRunner().invoke(signature, ["verify", *there])
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done


def test_it_says_valid_not_valid_and_unreadable_by_its_exit_status(files):
    trust = ("--trust", "root.pem", "--inside", "127.0.0.0/8")
    assert _run(files, "document.txt", "good.p7s", *trust).exit_code == 0
    assert _run(files, "document.txt", "revoked.p7s", *trust).exit_code == 1
    assert _run(files, "document.txt", "good.p7s").exit_code == 1
    assert _run(files, "noise", *trust).exit_code == 2
    assert _run(files, "missing", *trust).exit_code == 2
    assert _run(files, "document.txt", "good.p7s", "--trust", "noise").exit_code == 2
    assert _run(files, "document.txt", "good.p7s", "--company", "x").exit_code == 2
    assert _run(files, "document.txt", "good.p7s", "--inside", "x").exit_code == 2


def test_json_carries_every_verdict_with_its_words(files):
    done = _run(files, "document.txt", "good.p7s", "--trust", "root.pem", "--inside", "127.0.0.0/8", "--json")
    told = json.loads(done.output)
    verdicts = [*told["verdicts"], *told["signers"][0]["verdicts"]]
    assert told["outcome"] == "valid"
    assert {one["check"] for one in verdicts} == {check.value for check in Check}
    assert all(one["seen"] and one["why"] for one in verdicts)


def test_it_speaks_bulgarian(files):
    trust = ("--trust", "root.pem", "--inside", "127.0.0.0/8")
    done = _run(files, "document.txt", "revoked.p7s", *trust, "--language", "bg")
    assert "Подписът не е в сила." in done.output


def test_it_needs_no_settings_and_makes_no_data(files, tmp_path):
    command = "signature verify document.txt good.p7s --trust root.pem --json"
    done = subprocess.run(
        [sys.executable, "-m", "pazar", *command.split()],
        cwd=files,
        env={"PATH": "/usr/bin", "HOME": str(tmp_path / "home"), "PYTHONPATH": ":".join(sys.path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["outcome"] == "valid"
    assert not (tmp_path / "home").exists()


def test_every_fault_of_a_file_has_its_words():
    assert {fault.value for fault in Fault} <= sentences.CODES
