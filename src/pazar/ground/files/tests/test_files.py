import hashlib
import io
import zipfile

import pytest
from django.core.files.storage import default_storage
from hypothesis import given
from hypothesis import strategies as st
from tests.factories import make_actor

from pazar.ground.errors import NotAllowed, NotFound
from pazar.ground.files import commands, pages
from pazar.ground.files.models import StoredFile
from pazar.ground.files.rules import kinds
from pazar.ground.identity.rules.actor import NOBODY

PDF = b"%PDF-1.7\nhello"


def zipped(**parts: str) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
    return packed.getvalue()


DOCX = zipped(**{"[Content_Types].xml": "x", "word/document.xml": "x"})


@pytest.mark.parametrize(
    ("name", "content", "media_type"),
    [
        ("a.pdf", PDF, "application/pdf"),
        ("Сметка.DOCX", DOCX, kinds.DOCX.media_type),
        ("a.ods", zipped(mimetype=kinds.ODS.media_type), kinds.ODS.media_type),
        ("a.zip", zipped(a="x"), "application/zip"),
        ("a.csv", "кабел;5\n".encode("cp1251"), "text/plain"),
        ("a.txt", "здравей".encode() * 1000, "text/plain"),
        ("a.xml", b"<?xml version='1.0'?><a/>", "application/xml"),
    ],
)
@pytest.mark.django_db
def test_a_file_is_told_by_its_content_and_lies_outside_the_database(name, content, media_type):
    file = commands.store(actor=make_actor(), name=name, stream=io.BytesIO(content))
    assert (file.name, file.media_type, file.size) == (name, media_type, len(content))
    assert bytes(file.digest) == hashlib.sha256(content).digest()
    with default_storage.open(file.path) as kept:
        assert kept.read() == content


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.pdf", DOCX),
        ("a.docx", zipped(a="x")),
        ("a.exe", b"MZ\x90\x00" + b"\x00" * 60),
        ("a.txt", b"MZ\x90\x00" + b"\x00" * 60),
        ("a.html", b"<html><script>alert(1)</script>"),
        ("a.txt", b" \n<!DOCTYPE html><script>alert(1)</script>"),
        ("a.xml", b"<svg onload='alert(1)'/>"),
        ("a.zip", b"PK\x03\x04 no archive"),
        ("pdf", PDF),
    ],
)
@pytest.mark.django_db
def test_what_isnt_what_it_says_is_refused(name, content):
    with pytest.raises(commands.FileKindRefused):
        commands.store(actor=make_actor(), name=name, stream=io.BytesIO(content))
    assert not StoredFile.objects.exists()


@pytest.mark.django_db
def test_size_quota_emptiness_and_nobody(settings):
    actor = make_actor()
    with pytest.raises(commands.FileEmpty):
        commands.store(actor=actor, name="a.pdf", stream=io.BytesIO(b""))
    with pytest.raises(NotAllowed):
        commands.store(actor=NOBODY, name="a.pdf", stream=io.BytesIO(PDF))
    settings.FILE_MOST_BYTES = len(PDF) - 1
    with pytest.raises(commands.FileTooLarge):
        commands.store(actor=actor, name="a.pdf", stream=io.BytesIO(PDF))
    settings.FILE_MOST_BYTES = len(PDF)
    settings.FILE_QUOTA_BYTES = 2 * len(PDF) - 1
    commands.store(actor=actor, name="a.pdf", stream=io.BytesIO(PDF))
    with pytest.raises(commands.QuotaReached):
        commands.store(actor=actor, name="b.pdf", stream=io.BytesIO(PDF))
    # The room of one company is not another's.
    commands.store(actor=make_actor(), name="b.pdf", stream=io.BytesIO(PDF))


@pytest.mark.django_db
def test_a_download_is_saved_not_shown():
    file = commands.store(actor=make_actor(), name="Техническа спецификация.pdf", stream=io.BytesIO(PDF))
    response = pages.download(file)
    assert b"".join(response.streaming_content) == PDF
    assert response["Content-Disposition"].startswith("attachment; filename*=utf-8''")
    assert (response["X-Content-Type-Options"], response["Content-Type"]) == ("nosniff", "application/pdf")
    file.path = "no/where"
    with pytest.raises(NotFound):
        pages.download(file)


@given(st.text(max_size=300))
def test_a_name_is_safe_whatever_was_sent(name):
    kept = kinds.clean_name(name)
    assert not set(kept) & set('/\\<>:"|?*\r\n\x00\u202e')
    assert len(kept.encode()) <= 255 or len(kept) <= 111
    assert not kept.startswith(".")
    assert kinds.clean_name(kept) == kept


def test_a_name_keeps_what_people_read():
    assert kinds.clean_name("C:\\Документи\\Проект  на договор.pdf") == "Проект на договор.pdf"
    assert kinds.clean_name("../../etc/passwd") == "passwd"
    assert kinds.clean_name("фактура\u202efdp.exe") == "фактураfdp.exe"


@pytest.mark.django_db
def test_a_zip_that_lists_masses_of_parts_is_refused_before_they_are_read(monkeypatch):
    """25 MB hold half a million empty parts: half a minute and 250 MB of ours, for one upload."""
    local = b"PK\x03\x04\x14" + bytes(25)
    many = (b"PK\x01\x02\x14\x00\x14" + bytes(39)) * 10_001
    end = b"PK\x05\x06" + bytes(4) + (10_001).to_bytes(2, "little") * 2
    end += len(many).to_bytes(4, "little") + len(local).to_bytes(4, "little") + bytes(2)
    content = local + many + end
    assert len(zipfile.ZipFile(io.BytesIO(content)).namelist()) == 10_001
    monkeypatch.setattr(zipfile, "ZipFile", None)
    with pytest.raises(commands.FileKindRefused):
        commands.store(actor=make_actor(), name="parts.zip", stream=io.BytesIO(content))
