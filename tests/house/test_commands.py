"""`pazar` on the command line: wrong uses say what to do, and how a command ended is told by its status."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from pazar.config import cli


def run(*arguments: str) -> Result:
    return CliRunner().invoke(cli.main, list(arguments), prog_name="pazar")


@pytest.fixture
def elsewhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A database that is there, named by its URLs; nobody is asked whether it is good enough."""

    @contextmanager
    def found(folder: Path) -> Iterator[None]:
        yield

    monkeypatch.setattr(cli, "database", found)
    monkeypatch.setenv("PAZAR_DATA", str(tmp_path))


def test_every_command_has_a_line_of_help_and_the_statuses_are_told() -> None:
    told = run("--help")
    assert told.exit_code == 0
    assert "Exit status: 0 done;" in told.output
    for name in (*cli.COMMANDS, *cli.main.commands):
        assert run(name, "--help").exit_code == 0, name
        assert f"\n  {name} " in told.output, name


@pytest.mark.parametrize("arguments", [["nonsense"], ["up", "--port", "many"], ["backup"], ["migrate", "--mode", "x"]])
def test_a_wrong_use_names_the_help_and_ends_with_2(arguments: list[str]) -> None:
    refused = run(*arguments)
    assert refused.exit_code == 2
    assert "--help' for help." in refused.output


@pytest.mark.usefixtures("elsewhere")
def test_the_kind_of_a_centre_is_not_changed_afterwards(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_OWNER_URL", "postgresql://nowhere/pazar")
    monkeypatch.setattr(cli, "mode_of", lambda url: "real")
    moved: list[str] = []
    monkeypatch.setattr(cli, "migrate", lambda **said: moved.append(said["mode"]))
    refused = run("migrate", "--mode", "demo")
    assert refused.exit_code == 2
    assert "stays it" in refused.output
    assert moved == []
    assert run("migrate", "--mode", "real").exit_code == 0
    assert run("migrate").exit_code == 0
    assert moved == ["real", "real"]


@pytest.mark.usefixtures("elsewhere")
def test_a_node_without_the_owners_address_migrates_nothing_and_says_so_when_asked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://nowhere/pazar")
    monkeypatch.delenv("DATABASE_OWNER_URL", raising=False)
    monkeypatch.setattr(cli, "migrate", lambda **said: pytest.fail("it was migrated"))
    cli._bring_up_to_date()
    refused = run("migrate")
    assert refused.exit_code == 2
    assert "DATABASE_OWNER_URL isn't set." in refused.output


def test_a_backup_of_a_server_of_ones_own_is_refused_with_the_way_to_go(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://nowhere/pazar")
    refused = run("backup", "x.pazar")
    assert refused.exit_code == 2
    assert "pg_dump" in refused.output
