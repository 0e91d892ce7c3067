"""How long from a fresh clone to the first page, and how long the second time (issue: `start`).

Clones this repository into a folder of its own with an empty HOME, runs `make demo`, asks for the home page until
it answers, stops it with Ctrl-C, and does it again. Yardstick: the time of `python -c "import django"` on this machine.
"""

import argparse
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
GOALS = {"fresh_s": 75.0, "second_s": 4.0}


def first_page(clone: Path, environment: dict[str, str], port: int, *, patience: float) -> float:
    """Seconds from `make demo` to the home page's 200."""
    started = time.perf_counter()
    log = (clone.parent / "demo.log").open("w")
    process = subprocess.Popen(
        ["make", "demo"], cwd=clone, env=environment, stdout=log, stderr=log, start_new_session=True
    )
    try:
        while time.perf_counter() - started < patience:
            if process.poll() is not None:
                raise SystemExit(
                    f"make demo ended with {process.returncode}:\n{(clone.parent / 'demo.log').read_text()[-3000:]}"
                )
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=2) as answer:
                    if answer.status == 200:
                        return time.perf_counter() - started
            except OSError:
                time.sleep(0.05)
        raise SystemExit(f"no page within {patience} s")
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGINT)
            process.wait(30)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--port", type=int, default=8471)
    parser.add_argument("--keep-cache", action="store_true", help="let package clients use the caches of this HOME")
    arguments = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="pazar-start-"))
    folder.chmod(0o755)  # for root the database runs as a user of its own, who must get through
    try:
        clone = folder / "pazar"
        subprocess.run(["git", "clone", "-q", str(ROOT), str(clone)], check=True)
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(folder / "home"),
            "PORT": str(arguments.port),
            "LANG": "C.UTF-8",
        }
        environment |= {
            k: v
            for k, v in os.environ.items()
            if k.lower().endswith("_proxy") or k.startswith(("PIP_", "UV_", "NPM_", "npm_"))
        }
        environment["PAZAR_DATA"] = str(folder / "data")
        if arguments.keep_cache:
            environment["HOME"] = os.environ["HOME"]
        Path(environment["HOME"]).mkdir(exist_ok=True)
        started = time.perf_counter()
        subprocess.run([sys.executable, "-c", "import django"], check=True)
        yardstick = time.perf_counter() - started
        figures = {
            "fresh_s": round(first_page(clone, environment, arguments.port, patience=300), 2),
            "second_s": round(first_page(clone, environment, arguments.port, patience=60), 2),
            "yardstick_python_import_django_s": round(yardstick, 2),
        }
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    figures |= {f"goal_{name}": goal for name, goal in GOALS.items()}
    if arguments.json:
        print(json.dumps(figures))
    else:
        for name, figure in figures.items():
            print(f"{name:40} {figure}")


main()
