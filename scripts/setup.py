"""Turn a clone into a house that works: `make setup` (RUNTIME=1: without the tools for development).

Makes `.venv/` (Python packages by hash, Node from a wheel, Pazar itself), `node_modules/`, `build/vendor/`,
the compiled translations and the packed static files. A step whose inputs didn't change since it last
succeeded is skipped; what each step stood on is noted under `.venv/stamps/`.
"""

import sys

if sys.version_info < (3, 11):  # before anything an older Python can't read
    import os
    import shutil
    import subprocess

    for minor in range(16, 10, -1):
        newer = shutil.which("python3.%d" % minor)
        # pyenv and its like leave names that lead nowhere
        if newer and subprocess.call([newer, "-c", ""], stderr=subprocess.DEVNULL) == 0:
            os.execv(newer, [newer] + sys.argv)  # noqa: RUF005
    sys.exit(
        "Pazar needs Python 3.11 or newer; this is %d.%d.\n"
        "  Install a newer one (on Debian 12, as root: apt-get install python3 python3-venv),\n"
        "  or name the one you have: make setup PYTHON=/path/to/python3" % sys.version_info[:2]
    )

# an environment is active, perhaps the very one that is to be made anew
if __name__ == "__main__" and sys.prefix != sys.base_prefix:
    import os

    os.execv(sys._base_executable, [sys._base_executable, *sys.argv])

import argparse
import contextlib
import fcntl
import importlib.util
import os
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import house
import vendor
from house import ROOT, STAMPS, VENV, Trouble

REQUIREMENTS = ROOT / "requirements"
PYTHON_VERSION = ".".join(map(str, sys.version_info[:3]))


@dataclass(frozen=True, kw_only=True)
class Step:
    """One step: skipped when a stamp it accepts is there and so is what it makes."""

    name: str
    text: str
    stamp: str
    act: Callable[[], None]
    makes: tuple[Path, ...] = ()
    accepts: tuple[str, ...] = ()  # other stamps that will do: the tools for development contain the runtime

    def is_done(self) -> bool:
        with contextlib.suppress(OSError):
            found = (STAMPS / self.name).read_text("utf-8")
            return found in (self.stamp, *self.accepts) and all(path.exists() for path in self.makes)
        return False

    def run(self) -> bool:
        """True when there was something to do."""
        if self.is_done():
            return False
        start = time.monotonic()
        stamp = STAMPS / self.name
        stamp.unlink(missing_ok=True)  # a step that breaks off half-way must run again
        print(f"  {self.text} …", end="", flush=True)
        try:
            self.act()
        except BaseException:
            print(flush=True)
            raise
        STAMPS.mkdir(parents=True, exist_ok=True)
        stamp.write_text(self.stamp, "utf-8")
        print(f" {time.monotonic() - start:.1f} s", flush=True)
        return True


def call(command: list[str], *, remedy: str) -> None:
    """Run a tool quietly; its last words are shown when it fails."""
    done = subprocess.run(
        command,
        cwd=ROOT,
        env=house.environment(),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        said = (done.stdout + done.stderr).strip().splitlines()[-25:]
        raise Trouble("\n".join([f"{Path(command[0]).name} failed:", *("    " + line for line in said)]), remedy)


NETWORK = "Read the lines above. If the network was away, run the same again: what is done stays done."


def make_venv() -> None:
    """An empty environment for this Python. pip stays out of it: uv does its work in a tenth of the time."""
    without_pip = _outer_pip() is not None
    if not without_pip and importlib.util.find_spec("ensurepip") is None:
        raise Trouble(
            f"This Python ({sys.executable}) has neither pip nor ensurepip: it can install nothing.",
            "On Debian and Ubuntu, as root: apt-get install python3-venv. Elsewhere install pip for it.\n"
            "  Then run the same again.",
        )
    if VENV.exists():
        shutil.rmtree(VENV)
    call(
        [sys.executable, "-m", "venv", *(["--without-pip"] if without_pip else []), str(VENV)],
        remedy="On Debian and Ubuntu, as root: apt-get install python3-venv. Then run the same again.",
    )


def install_uv() -> None:
    outer = _outer_pip()
    pip = [*outer, "--python", str(house.PYTHON)] if outer else [str(house.PYTHON), "-m", "pip"]
    call(
        [*pip, "install", "--quiet", "--no-deps", "--require-hashes", "-r", str(REQUIREMENTS / "setup.txt")],
        remedy="Pazar's packages come from PyPI: is it reachable from here?\n"
        "  A mirror is named in pip.conf and, for uv, in UV_DEFAULT_INDEX.",
    )


def _outer_pip() -> list[str] | None:
    """The pip of the Python we run on, if it can work for another environment (22.3 and newer)."""
    if importlib.util.find_spec("pip") is None:
        return None
    from importlib.metadata import version

    try:
        major, minor = (int(part) for part in version("pip").split(".")[:2])
    except Exception:  # a pip without readable metadata is no use to us
        return None
    return [sys.executable, "-m", "pip"] if (major, minor) >= (22, 3) else None


def install_packages(requirements: str) -> None:
    call(
        [*uv_install(), "--require-hashes", "--no-deps", "-r", str(REQUIREMENTS / requirements)],
        remedy=NETWORK,
    )


def install_pazar() -> None:
    call([*uv_install(), "--no-deps", "--no-build-isolation", "-e", str(ROOT)], remedy=NETWORK)


def uv_install() -> list[str]:
    return [str(VENV / "bin" / "uv"), "pip", "install", "--quiet", "--python", str(house.PYTHON)]


def install_node_modules() -> None:
    call([*house.npm(), "ci", "--ignore-scripts", "--no-progress"], remedy=NETWORK)


def compile_messages() -> None:
    call(
        [str(house.PYTHON), str(ROOT / "scripts" / "messages.py"), "compile"],
        remedy="Mend the named .po file; `make messages` shows what is missing in all of them.",
    )


def pack_static() -> None:
    call(
        [str(house.PYTHON), "-m", "pazar.config.static"],
        remedy="A static file names another that isn't there, or the settings can't be read: see above.",
    )


def steps(*, runtime: bool, packed: bool) -> Iterator[Step]:
    """In order; a later step's stamp is made when its turn comes, from what earlier ones left."""
    # scripts in the environment hold its path and its Python's: a clone that was moved gets a new one
    place = f"{VENV} {Path(sys.executable).resolve()} {PYTHON_VERSION}"
    yield Step(
        name="venv",
        text=f"Environment for Python {PYTHON_VERSION}",
        stamp=place,
        act=make_venv,
        makes=(house.PYTHON,),
    )
    uv_path = VENV / "bin" / "uv"
    yield Step(
        name="uv",
        text="uv, the installer",
        stamp=house.digest([REQUIREMENTS / "setup.txt"]),
        act=install_uv,
        makes=(uv_path,),
    )
    base = "runtime " + house.digest([REQUIREMENTS / "base.txt"])
    full = "development " + house.digest([REQUIREMENTS / "base.txt", REQUIREMENTS / "dev.txt"])
    yield Step(
        name="packages",
        text="Python packages" if runtime else "Python packages, tools for development too",
        stamp=base if runtime else full,
        accepts=(full,) if runtime else (),
        act=lambda: install_packages("base.txt" if runtime else "dev.txt"),
        makes=(house.node_wheel() / "bin" / "node",),
    )
    pazar_path = VENV / "bin" / "pazar"
    yield Step(
        name="pazar",
        text="Pazar itself",
        stamp=house.digest([ROOT / "pyproject.toml"]),
        act=install_pazar,
        makes=(pazar_path,),
    )
    node_inputs = [ROOT / "package.json", ROOT / "package-lock.json", ROOT / ".npmrc"]
    yield Step(
        name="node",
        text="Vendor packages from npm",
        stamp=house.digest(node_inputs),
        act=install_node_modules,
        makes=(ROOT / "node_modules" / ".package-lock.json",),
    )
    vendor_stamp = house.digest([*node_inputs, ROOT / "scripts" / "vendor", ROOT / "scripts" / "vendor.py"])
    yield Step(
        name="vendor",
        text="Vendor files for browsers and Typst",
        stamp=vendor_stamp,
        act=vendor.build,
        makes=(house.VENDOR,),
    )
    catalogues = sorted((ROOT / "src").glob("**/locale/*/LC_MESSAGES/*.po"))
    yield Step(
        name="messages",
        text="Translations",
        stamp=house.digest(catalogues),
        act=compile_messages,
        makes=tuple(path.with_suffix(".mo") for path in catalogues),
    )
    if packed:
        config = [ROOT / "src" / "pazar" / "config" / name for name in ("settings.py", "static.py")]
        static = [path for path in (ROOT / "src").glob("**/static") if path.is_dir()]
        yield Step(
            name="static",
            text="Static files, packed",
            stamp=house.digest([*config, REQUIREMENTS / "base.txt", *static], also=vendor_stamp),
            act=pack_static,
            makes=(house.BUILD / "static" / "staticfiles.json",),
        )


@contextlib.contextmanager
def alone() -> Iterator[None]:
    """One set-up at a time in this clone; a second one waits and then finds everything done."""
    house.LOCKS.mkdir(parents=True, exist_ok=True)
    with (house.LOCKS / "setup").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print("  Another set-up is at work here; waiting for it …", flush=True)
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runtime", action="store_true", help="without the tools for development")
    parser.add_argument("--unpacked", action="store_true", help="static files as they are: for development and tests")
    chosen = parser.parse_args()
    start = time.monotonic()
    try:
        with alone():
            worked = [step.run() for step in steps(runtime=chosen.runtime, packed=not chosen.unpacked)]
    except Trouble as trouble:
        print(f"{trouble.what}\n  {trouble.remedy}", file=sys.stderr)
        return 1
    except PermissionError as error:
        print(
            f"{error.filename} can't be written by you: it was made by somebody else, perhaps by root.\n"
            f"  Give the clone to yourself (as root: chown -R {os.getuid()} .),\n"
            "  or let that somebody remove .venv, node_modules and build.",
            file=sys.stderr,
        )
        return 1
    except KeyboardInterrupt:
        print("Stopped. Run the same again to go on.", file=sys.stderr)
        return 130
    if any(worked):
        print(f"  Set up in {time.monotonic() - start:.1f} s.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
