"""Translations are where Django looks for them."""

from __future__ import annotations

from pathlib import Path

from django.apps import apps
from django.conf import settings

SOURCE = Path(__file__).resolve().parents[2] / "src"


def test_every_folder_of_translations_is_one_that_django_reads():
    read = {Path(app.path) / "locale" for app in apps.get_app_configs()} | {Path(p) for p in settings.LOCALE_PATHS}
    assert [str(path) for path in SOURCE.glob("**/locale") if path not in read] == []
