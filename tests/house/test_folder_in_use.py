"""A data folder that is in use: every command that wants it alone says who has it, and how to go on."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from pazar.ground.postgres.locks import claim


@pytest.mark.parametrize("command", ["demo", "dev", "fresh", "up"])
def test_who_holds_the_folder_is_named_in_words(command: str, tmp_path: Path):
    plain = {name: value for name, value in os.environ.items() if not name.startswith(("PAZAR_", "DATABASE_"))}
    with claim(tmp_path):
        done = subprocess.run(
            [sys.executable, "-m", "pazar", command, "--data", str(tmp_path)],
            env=plain | {"PORT": "0"},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    assert done.returncode == 2, done.stderr
    assert "is already running with this data" in done.stderr
    assert f"kill {os.getpid()}" in done.stderr
    assert "Traceback" not in done.stderr
