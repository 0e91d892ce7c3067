"""`pazar import` from outside: its report and its exit status."""

import gzip
import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from pazar.market.procedures import cli

pytestmark = pytest.mark.django_db
SAMPLES = Path(__file__).parent / "readers" / "samples"


def run(*arguments: object) -> Result:
    # the database and Django are there already
    command = cli.import_.callback.__wrapped__  # type: ignore[union-attr]
    import click

    wrapped = click.command()(
        click.argument("files", nargs=-1, type=click.Path(path_type=Path))(
            click.option("--json", "as_json", is_flag=True)(command)
        )
    )
    return CliRunner().invoke(wrapped, [str(argument) for argument in arguments])


def test_the_report_as_json(tmp_path: Path) -> None:
    good, bad = SAMPLES / "ukraine_release.json", tmp_path / "bad.json.gz"
    bad.write_bytes(gzip.compress(b'[{"ocid":"x"},{"ocid":NaN}]'))
    result = run("--json", good, bad)
    assert result.exit_code == 1
    report = json.loads(result.stdout)
    assert report["files"][0] == {
        "file": str(good), "format": "ocds", "read": 1, "new": 1, "changed": 0, "same": 0, "refused": [],
    }  # fmt: skip
    assert report["files"][1]["read"] == 2
    (refused,) = report["files"][1]["refused"]
    assert (refused["where"], refused["code"]) == ("item 2", "not-a-number")
    assert refused["message"].endswith(".")


def test_the_exit_status_and_the_words(tmp_path: Path) -> None:
    assert run(SAMPLES / "ukraine_release.json").exit_code == 0
    page = tmp_path / "page.json"
    page.write_text("<html>")
    result = run(page, tmp_path / "missing")
    assert result.exit_code == 2
    assert "web page" in result.stdout
    assert "no such file" in result.stdout
