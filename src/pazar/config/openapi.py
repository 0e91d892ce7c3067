"""The stored OpenAPI file: what the API promises, kept in the repository and compared by `make check`."""

import json
import sys
from pathlib import Path

import click

from pazar.ground.console import load_django

STORED = Path(__file__).resolve().parent / "openapi.json"


@click.command()
@click.option("--check", "only_check", is_flag=True, help="Change nothing; exit 1 if the stored file is out of date.")
def openapi(only_check: bool) -> None:
    """Write the API's description to its stored file."""
    load_django()
    from pazar.config.api import api

    text = json.dumps(api.get_openapi_schema(), indent=1, ensure_ascii=False, sort_keys=True, default=str) + "\n"
    if only_check:
        if not STORED.exists() or STORED.read_text(encoding="utf-8") != text:
            click.echo(f"{STORED.name} is out of date: run `pazar openapi` and look at what changed.", err=True)
            sys.exit(1)
        return
    STORED.write_text(text, encoding="utf-8")
