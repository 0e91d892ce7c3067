"""Pack the static files for serving: `python -m pazar.config.static`, run by the set-up; needs no database.

Gathers what apps and vendor folders hold, names each file by its content, compresses it (gzip, Brotli), and puts the
result where STATIC_ROOT is in one step, so that a running centre never sees half of it.
"""

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
