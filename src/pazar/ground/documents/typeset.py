"""Typeset a document with Typst: a template of the domain that owns it, its data as JSON, fonts of our own."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import typst
from django.conf import settings

HOUSE = Path(__file__).resolve().parent / "typ"


def typeset(template: Path, *, data: Mapping[str, Any], language: str) -> bytes:
    """The PDF (PDF/A-2b) of `template`, which reads `data` and imports the house's sheet.

    `data` is JSON-able; user content goes in as data, never as markup, so it can't run anything. `language` is the
    document's ("en", "bg"): hyphenation and quotation marks follow it. Raises typst.TypstError for a faulty template.
    """
    # The root is the package: a template may import the house's sheet and nothing outside.
    root = Path(__file__).resolve().parents[2]
    pdf: bytes = typst.compile(
        str(template),
        root=str(root),
        font_paths=[str(settings.VENDOR / "fonts")],
        ignore_system_fonts=True,
        sys_inputs={"data": json.dumps(data, ensure_ascii=False), "language": language},
        pdf_standards="a-2b",
        format="pdf",
    )
    return pdf
