"""What every `pazar` command that needs the centre does first: find its database, bring it up to date, load Django."""

import gc
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from pathlib import Path
from typing import Any, Final, ParamSpec, TypeVar

import click

from pazar.ground.errors import Refusal
from pazar.ground.postgres.check import check_urls
from pazar.ground.postgres.cluster import default_data, running
from pazar.ground.postgres.problems import PostgresError

_NEW_OBJECTS: Final = 50_000
P = ParamSpec("P")
R = TypeVar("R")

data_option = click.option(
    "--data",
    type=click.Path(path_type=Path, file_okay=False),
    help="The data folder; PAZAR_DATA, or a folder of your own, if not said.",
)


class Trouble(click.ClickException):
    """What a command can't do, in sentences; exit status 2, no trace."""

    exit_code = 2

    def show(self, file: Any = None) -> None:
        click.echo(self.message, err=True)


def data_folder(data: Path | None) -> Path:
    """The folder a command works on; also told to the settings and to child processes."""
    folder = (data or default_data()).expanduser().absolute()
    os.environ["PAZAR_DATA"] = str(folder)
    return folder


@contextmanager
def database(folder: Path) -> Iterator[None]:
    """DATABASE_URL and DATABASE_OWNER_URL stand in the environment, and what they name is good enough.

    The embedded server is started for the command if it sleeps, and left as it was found.
    """
    if os.environ.get("DATABASE_URL"):
        problems = check_urls(os.environ["DATABASE_URL"], os.environ.get("DATABASE_OWNER_URL", ""))
        if problems:
            raise Trouble("\n\n".join(f"{p.what}\n{p.why}\n{p.todo}" for p in problems))
        yield
        return
    try:
        with running(folder) as cluster:
            os.environ["DATABASE_URL"] = cluster.url(role="app")
            os.environ["DATABASE_OWNER_URL"] = cluster.url(role="owner")
            try:
                yield
            finally:
                for name in ("DATABASE_URL", "DATABASE_OWNER_URL"):
                    os.environ.pop(name, None)
    except PostgresError as error:
        raise Trouble(f"{error.problem.what}\n{error.problem.why}\n{error.problem.todo}") from error


def load_django() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pazar.config.settings")
    import django

    django.setup()
    # What stands now stands for good. Unfrozen, each of the collector's rounds goes through all of it, and whoever
    # handles rows by thousands starts many: a third of the time that it takes to tell 20,000 suppliers.
    gc.collect()
    gc.freeze()
    gc.set_threshold(_NEW_OBJECTS, 50, 100)


def centre_command(command: Callable[P, R]) -> Callable[..., R]:
    """Give a click command `--data` and the running, migrated centre; refusals become sentences."""

    @data_option
    @wraps(command)
    def wrapped(data: Path | None, *args: P.args, **kwargs: P.kwargs) -> R:
        # Migrations are config's; the one who assembles the command line hands them in.
        from pazar.ground import console

        with database(data_folder(data)):
            console.bring_up_to_date()
            load_django()
            try:
                return command(*args, **kwargs)
            except Refusal as refusal:
                lines = [sentence for sentence in refusal.sentences if sentence]
                lines += [f"{name}: {text}" for name, text in refusal.fields.items()]
                raise Trouble("\n".join(lines)) from refusal

    return wrapped


def bring_up_to_date() -> None:
    """Set by `config.cli`; without it a command takes the database as it is."""


def progress_wanted() -> bool:
    """A progress bar is for a person at a terminal."""
    return sys.stderr.isatty()
