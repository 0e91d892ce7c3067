"""The `pazar` command. Domains bring their own commands; they are loaded when they are called."""

import hashlib
import importlib
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import click

from pazar.config.migrate import MigrationFailed, Mode, migrate, mode_of
from pazar.ground import console
from pazar.ground.console import Trouble, centre_command, data_folder, data_option, database, load_django
from pazar.ground.postgres.cluster import stop as stop_server
from pazar.ground.postgres.locks import claim
from pazar.ground.postgres.problems import PostgresError
from pazar.roof.demo.length import LENGTH

PACKAGE = Path(__file__).resolve().parent.parent

# Name → where the command stands. Its module may import Django models inside the function only.
COMMANDS = {
    "journal": "pazar.ground.journal.cli:journal",
    "person": "pazar.ground.entry.cli:person",
    "token": "pazar.ground.api.cli:token",
    "mail": "pazar.ground.messages.cli:mail",
    "import": "pazar.market.procedures.cli:import_",
    "matcher": "pazar.market.matching.cli:matcher",
    "register": "pazar.market.companies.cli:register",
    "sanctions": "pazar.market.companies.cli:sanctions",
    "desk": "pazar.sales.pipeline.cli:desk",
    "signature": "pazar.market.signatures.cli:signature",
    "bench": "pazar.config.bench:bench",
    "openapi": "pazar.config.openapi:openapi",
    "backup": "pazar.config.backup:backup",
    "restore": "pazar.config.backup:restore",
    "reindex": "pazar.roof.cli:reindex",
}


class _Commands(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted({*super().list_commands(ctx), *(name for name in COMMANDS if self._load(name))})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        return super().get_command(ctx, cmd_name) or self._load(cmd_name)

    def _load(self, name: str) -> click.Command | None:
        if name not in COMMANDS:
            return None
        module, attribute = COMMANDS[name].split(":")
        command: click.Command = getattr(importlib.import_module(module), attribute)
        return command


@click.group(cls=_Commands)
@data_option
def main(data: Path | None) -> None:
    """Pazar, the B2B trading centre that an organisation can own.

    Exit status: 0 done; 1 done in part, or something was found; 2 not done, and the reason is said.
    """
    if data is not None:
        data_folder(data)


def _bring_up_to_date(mode: Mode = "real", *, verbose: bool = False) -> None:
    """Migrate unless this database has seen this very set of migrations: the question costs a process otherwise."""
    if not os.environ.get("DATABASE_OWNER_URL"):
        return  # a node of a cluster: the operator runs `pazar migrate`
    names = sorted(str(path.relative_to(PACKAGE)) for path in PACKAGE.glob("*/*/migrations/0*.py"))
    digest = hashlib.sha256("\n".join([os.environ["DATABASE_OWNER_URL"].rpartition("/")[2], *names]).encode())
    stamp = Path(os.environ["PAZAR_DATA"]) / "migrated"
    if stamp.exists() and stamp.read_text() == digest.hexdigest() and not os.environ.get("PAZAR_PRODUCTION"):
        return
    if not verbose:  # else the migrations speak for themselves
        is_new = not mode_of(os.environ["DATABASE_OWNER_URL"])
        click.echo(
            "Setting up the database of a new centre: some seconds, up to a minute on a slow machine …"
            if is_new
            else "Bringing the database up to date …",
            err=True,
        )
    try:
        migrate(
            owner_url=os.environ["DATABASE_OWNER_URL"],
            mode=mode,
            behind=LENGTH if mode == "demo" else timedelta(0),
            verbose=verbose,
        )
    except MigrationFailed as error:
        raise Trouble(f"The database could not be brought up to date.\n{error}") from error
    stamp.parent.mkdir(parents=True, exist_ok=True)
    stamp.write_text(digest.hexdigest())


console.bring_up_to_date = _bring_up_to_date


def _serve(*, host: str, port: int | None, folder: Path, before: Callable[[], str]) -> None:
    """`pazar up` and `pazar demo`: claim the folder, bring the centre up, tell where it is, serve."""
    from pazar.config.serve import free_socket, web_and_worker

    folder.mkdir(parents=True, exist_ok=True)
    wanted = port or int(os.environ.get("PORT") or 8000)
    listener = free_socket(host, wanted, exactly=False)
    shown = "localhost" if host in {"127.0.0.1", "0.0.0.0", "::1"} else host  # noqa: S104
    address = f"http://{shown}:{listener.getsockname()[1]}"
    os.environ.setdefault("PAZAR_BASE_URL", address)
    try:
        with _plainly(), claim(folder), database(folder):
            text = before()
            web_and_worker(
                listener,
                web=True,
                worker=True,
                matcher=True,
                ready=lambda: _tell(address, text),
                stopping=lambda: click.echo("\nStopping: what is under way is finished, then the database stops …"),
            )
        click.echo("Pazar has stopped.")
    finally:
        listener.close()


@contextmanager
def _plainly() -> Iterator[None]:
    """What is wrong with the data folder or its database, in its three sentences."""
    try:
        yield
    except PostgresError as error:
        raise Trouble(f"{error.problem.what}\n{error.problem.why}\n{error.problem.todo}") from error


def _tell(address: str, text: str) -> None:
    click.echo(f"\nPazar is open at {address}\n{text}\nCtrl-C stops it.\n")


host_option = click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
port_option = click.option("--port", type=int, help="The port; PORT or 8000, the next free one if it is taken.")


@main.command()
@data_option
@host_option
@port_option
def up(data: Path | None, host: str, port: int | None) -> None:
    """Run the whole centre on this machine: database, web, worker, matcher."""

    def before() -> str:
        _bring_up_to_date()
        load_django()
        return ""

    _serve(host=host, port=port, folder=data_folder(data), before=before)


@main.command()
@data_option
@host_option
@port_option
def demo(data: Path | None, host: str, port: int | None) -> None:
    """Run a centre with a story in it: real notices, invented people, a clock that can be moved."""
    # The log-ins stay readable on the terminal.
    os.environ.setdefault("PAZAR_LOG_LEVEL", "WARNING")

    def before() -> str:
        _bring_up_to_date("demo")
        load_django()
        from pazar.roof.demo.cli import prepare

        return prepare()

    _serve(host=host, port=port, folder=data_folder(data), before=before)


@main.command()
@data_option
@port_option
@click.pass_context
def dev(ctx: click.Context, data: Path | None, port: int | None) -> None:
    """Run the demo for development: restarted when a source changes, every mail readable at /mailbox/."""
    from watchfiles import PythonFilter, run_process

    os.environ["PAZAR_DEBUG"] = "1"
    folder = data_folder(data)
    if port:
        os.environ["PORT"] = str(port)
    folder.mkdir(parents=True, exist_ok=True)
    with _plainly(), claim(folder):
        pass  # else what watches the sources would wait for a change, and a running centre's database with it
    # The database stays up over the restarts.
    with database(folder):
        for name in ("DATABASE_URL", "DATABASE_OWNER_URL"):
            os.environ.pop(name)
        run_process(
            PACKAGE,
            target=f"{sys.executable} -m pazar demo",
            target_type="command",
            watch_filter=PythonFilter(extra_extensions=(".html", ".toml", ".mo", ".typ")),
        )


@main.command()
@data_option
def fresh(data: Path | None) -> None:
    """Empty the demo's data folder's database and tell the story anew."""
    folder = data_folder(data)
    folder.mkdir(parents=True, exist_ok=True)
    from pazar.ground.postgres.cluster import create_database, drop_database, running

    with _plainly(), claim(folder), running(folder) as cluster:
        if mode_of(cluster.url(role="owner")) == "real":
            raise Trouble("This data folder holds a real centre, which is never emptied.\nName another with --data.")
        drop_database(cluster, "pazar")
        create_database(cluster, "pazar")
        (folder / "migrated").unlink(missing_ok=True)
        with database(folder):
            _bring_up_to_date("demo")
            load_django()
            from pazar.roof.demo.cli import prepare

            click.echo(prepare())


@main.command()
@data_option
def stop(data: Path | None) -> None:
    """Stop an embedded database that a killed command left running."""
    click.echo("Stopped." if stop_server(data_folder(data)) else "It wasn't running.")


@main.command(name="migrate")
@data_option
@click.option(
    "--mode", type=click.Choice(["real", "demo", "sandbox"]), help="Of a new database: real if not said, kept for ever."
)
def migrate_(data: Path | None, mode: Mode | None) -> None:
    """Bring the database up to date, as its owner."""
    with database(data_folder(data)):
        owner_url = os.environ.get("DATABASE_OWNER_URL")
        if not owner_url:
            raise Trouble(
                "DATABASE_OWNER_URL isn't set.\nDATABASE_URL names the app's role, which may change no tables.\n"
                "Name the owner's too for this command."
            )
        known = mode_of(owner_url)
        if mode is not None and known and known != mode:
            raise Trouble(
                f"This centre is a {known} one since its database was made, and stays it.\nNothing was changed.\n"
                "Leave --mode out, or name a new folder with --data."
            )
        try:
            migrate(owner_url=owner_url, mode=mode or "real", verbose=True)
        except MigrationFailed as error:
            raise Trouble("The database could not be brought up to date; the reason stands above.") from error


@main.command()
@host_option
@port_option
@centre_command
def web(host: str, port: int | None) -> None:
    """Serve pages and API alone (a node of many)."""
    from pazar.config.serve import free_socket, web_and_worker

    listener = free_socket(host, port or int(os.environ.get("PORT") or 8000), exactly=True)
    address = f"http://{host}:{listener.getsockname()[1]}"
    web_and_worker(
        listener,
        web=True,
        worker=False,
        ready=lambda: click.echo(f"Pages and API at {address}; jobs run where `pazar worker` does. Ctrl-C stops it."),
    )


@main.command()
@centre_command
def worker() -> None:
    """Run jobs and the clockwork alone (a node of many)."""
    import socket

    from pazar.config.serve import web_and_worker

    web_and_worker(
        socket.socket(),
        web=False,
        worker=True,
        ready=lambda: click.echo("Jobs and deadlines are looked after. Ctrl-C stops it."),
    )


@main.command(context_settings={"ignore_unknown_options": True})
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
@data_option
def manage(data: Path | None, arguments: tuple[str, ...]) -> None:
    """Django's own management commands."""
    offline = bool(arguments) and arguments[0] in {"makemigrations", "collectstatic", "check"}
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "pazar.config.settings", "PAZAR_TESTING": "1"}
    if offline:
        sys.exit(subprocess.run([sys.executable, "-m", "django", *arguments], env=environment, check=False).returncode)
    with database(data_folder(data)):
        environment |= {"DATABASE_URL": os.environ["DATABASE_OWNER_URL"]}
        sys.exit(subprocess.run([sys.executable, "-m", "django", *arguments], env=environment, check=False).returncode)


@main.command()
@data_option
def check(data: Path | None) -> None:
    """Say what is wrong or unsafe with this centre's settings and database."""
    with database(data_folder(data)):
        load_django()
        from pazar.config.safety import findings

        found = findings()
        for finding in found:
            click.echo(f"- {finding}")
        click.echo("Nothing to mend." if not found else f"{len(found)} to mend before others use it.")
        if found:
            sys.exit(1)
