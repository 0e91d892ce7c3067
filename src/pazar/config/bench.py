"""`pazar bench NAME`: the benchmarks of `bench/`, each in a process of its own."""

import subprocess
import sys
from pathlib import Path

import click

BENCH = Path(__file__).resolve().parents[3] / "bench"


@click.command(context_settings={"ignore_unknown_options": True})
@click.argument("name", required=False)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def bench(name: str | None, arguments: tuple[str, ...]) -> None:
    """Run the benchmark NAME and print its figures; without a name, list them."""
    names = sorted(path.stem.replace("_", "-") for path in BENCH.glob("*.py") if not path.stem.startswith("_"))
    if name not in names:
        click.echo("Benchmarks: " + ", ".join(names), err=name is not None)
        sys.exit(0 if name is None else 2)
    script = BENCH / f"{name.replace('-', '_')}.py"
    sys.exit(subprocess.run([sys.executable, str(script), *arguments], check=False).returncode)
