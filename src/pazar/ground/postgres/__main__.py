"""`python -m pazar.ground.postgres DIR`: start the server, print its URLs for a shell; --stop stops it."""

from __future__ import annotations

import argparse
import shlex
import sys
from pathlib import Path

from .cluster import DATABASE, default_data, ensure_running, stop
from .problems import PostgresError
from .roles import setup_sql


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m pazar.ground.postgres", description=__doc__)
    parser.add_argument("data", nargs="?", type=Path, default=None, help="data folder")
    parser.add_argument("--stop", action="store_true", help="stop the server")
    parser.add_argument("--setup-sql", action="store_true", help="print the SQL for a server of your own")
    arguments = parser.parse_args()
    data: Path = arguments.data or default_data()
    try:
        if arguments.setup_sql:
            sys.stdout.write(setup_sql(DATABASE))
        elif arguments.stop:
            sys.stderr.write("Stopped.\n" if stop(data) else "It wasn't running.\n")
        else:
            cluster = ensure_running(data, keep=True)
            names = {
                "DATABASE_URL": "app",
                "DATABASE_OWNER_URL": "owner",
                "DATABASE_READER_URL": "reader",
                "DATABASE_SUPERUSER_URL": "superuser",
            }
            for name, role in names.items():
                sys.stdout.write(f"export {name}={shlex.quote(cluster.url(role=role))}\n")
    except PostgresError as error:
        sys.stderr.write(f"{error.problem.what}\n{error.problem.why}\n{error.problem.todo}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
