"""Secrets from the environment or from a file under the data folder, made at the first start."""

import os
import secrets as chance
from pathlib import Path


def read(name: str, *, data: Path) -> str:
    """The secret `name`: `PAZAR_<name>`, or the file `PAZAR_<name>_FILE`, or `<data>/secrets/<name>`, made once.

    The file is written 0600 by an exclusive create, so that two first starts agree on one secret.
    """
    if value := os.environ.get(f"PAZAR_{name}"):
        return value
    path = Path(os.environ.get(f"PAZAR_{name}_FILE", str(data / "secrets" / name.lower())))
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        partial = path.with_suffix(f".{os.getpid()}")
        partial.write_text(chance.token_urlsafe(48), encoding="ascii")
        partial.chmod(0o600)
        try:
            os.link(partial, path)
        except FileExistsError:
            pass
        finally:
            partial.unlink()
    return path.read_text(encoding="ascii").strip()
