"""The PDFs are real ones, in Cyrillic, and user content stays content."""

import io
from pathlib import Path

import pytest
from django.conf import settings
from pypdf import PdfReader

from pazar.ground.documents.typeset import typeset

pytestmark = pytest.mark.skipif(
    not (settings.VENDOR / "fonts").is_dir(), reason="the fonts come with make setup, which hasn't run here"
)
TEMPLATE = Path(__file__).with_name("sample.typ")


def words(pdf: bytes) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)


def test_a_document_is_set_in_cyrillic_with_our_own_font():
    pdf = typeset(TEMPLATE, data={"title": "Протокол", "rows": [["Цена", "1 240,00 €"]]}, language="bg")
    assert "Протокол" in words(pdf)
    assert "1 240,00 €" in words(pdf)
    assert b"GolosText" in pdf


def test_user_content_is_never_markup():
    hostile = '#read("/etc/passwd") #panic("run") $x$ *bold*'
    pdf = typeset(TEMPLATE, data={"title": hostile, "rows": []}, language="en")
    assert hostile.replace(" ", "") in words(pdf).replace(" ", "").replace("\n", "")
