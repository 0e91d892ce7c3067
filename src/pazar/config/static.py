"""Pack the static files for serving: `python -m pazar.config.static`, run by the set-up; needs no database.

Gathers what apps and vendor folders hold, names each file by its content, compresses it (gzip, Brotli), and puts the
result where STATIC_ROOT is in one step, so that a running centre never sees half of it.
"""

import hashlib
import os
import secrets
import shutil
import sys
import tempfile
from pathlib import Path

NOT_FOR_BROWSERS = [
    "icons/*.svg",  # templates put them inline
    "*.ttf",  # for Typst
    "ninja/*",  # pages about the API that our policy forbids; packing their 8 MB of scripts takes 20 s
]


PACKED_FROM = "packed-from.sha256"
"""Beside the packed files: the digest of what they were packed from."""


def digest(package: Path) -> str:
    """Of the package's own static files, their names and contents."""
    found = hashlib.sha256()
    for path in sorted([*package.glob("*/static/**/*"), *package.glob("*/*/static/**/*")]):
        if path.is_file():
            content = path.read_bytes()
            found.update(f"{path.relative_to(package)} {len(content)}\n".encode() + content)
    return found.hexdigest()


def is_packed(root: Path, *, package: Path) -> bool:
    """Whether `root` holds the package's static files packed as they are now.

    After an update that isn't followed by `make setup` they are older than the templates that name them: then the files
    themselves are served, which is slower, and works.
    """
    try:
        return (root / PACKED_FROM).read_text() == digest(package)
    except OSError:
        return False


def pack() -> None:
    """Make STATIC_ROOT anew."""
    import django
    from django.conf import settings
    from django.core.management import call_command

    root = Path(settings.STATIC_ROOT)
    fresh, old = root.with_name(f"{root.name}.new"), root.with_name(f"{root.name}.old")
    for folder in (fresh, old):
        shutil.rmtree(folder, ignore_errors=True)
    settings.STATIC_ROOT = str(fresh)
    # the centre itself looks for packed files when it starts; here there are none yet
    settings.STORAGES = settings.STORAGES | {"staticfiles": {"BACKEND": "pazar.config.storage.PackedFiles"}}
    settings.WHITENOISE_KEEP_ONLY_HASHED_FILES = True
    django.setup()
    call_command("collectstatic", interactive=False, verbosity=0, ignore_patterns=NOT_FOR_BROWSERS)
    (fresh / PACKED_FROM).write_text(digest(Path(__file__).parents[1]))
    if root.exists():
        root.rename(old)
    fresh.rename(root)
    shutil.rmtree(old, ignore_errors=True)


def main() -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pazar.config.settings")
    os.environ.pop("PAZAR_DEBUG", None)
    with tempfile.TemporaryDirectory() as data:
        # reading the settings makes secrets where there are none: not in anybody's data folder, not for this
        os.environ |= {"PAZAR_DATA": data, "PAZAR_SECRET_KEY": secrets.token_urlsafe()}
        pack()
    return 0


if __name__ == "__main__":
    sys.exit(main())
