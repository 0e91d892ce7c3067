"""The rehearsal's pages from outside: the PDF that is offered, and what comes back."""

import pytest
from django.test import Client
from tests.factories import make_company, make_person

from pazar.ground.identity.rules.roles import Role
from pazar.market.signatures.models import Challenge, Rehearsal
from pazar.market.signatures.tests import pdfs

pytestmark = pytest.mark.django_db


@pytest.fixture
def client(trusting):
    found = Client()
    found.force_login(make_person(make_company("Алфа ЕООД", number="131129282"), Role.OWNER, name="Иван Иванов"))
    return found


def _begin(client):
    client.post("/market/signatures/rehearse/")
    return Challenge.objects.get(used_at=None)


def _upload(client, challenge, raw):
    import io

    file = io.BytesIO(raw)
    file.name = "signed.pdf"
    return client.post(f"/market/signatures/rehearse/{challenge.pk}/hand-in/", {"file": file}, follow=True)


def test_the_pdf_that_was_offered_is_signed_and_holds(trusting, client):
    challenge = _begin(client)
    offered = client.get(f"/market/signatures/rehearse/{challenge.pk}/text.pdf").content
    assert offered == client.get(f"/market/signatures/rehearse/{challenge.pk}/text.pdf").content
    page = _upload(client, challenge, pdfs.sign(trusting, "good", offered))
    assert b"The signature holds." in page.content
    assert Rehearsal.objects.get().report["form"] == "pades"


def test_another_pdf_is_refused(trusting, client):
    page = _upload(client, _begin(client), pdfs.sign(trusting, "good", pdfs.make()))
    assert "document-not-offered" in str(Rehearsal.objects.get().report)
    assert b"doesn&#x27;t hold" in page.content


@pytest.mark.parametrize(
    "body", ["[]", "{}", '{"way": "x", "signature": ""}', '{"way": "browser", "signature": "%"}', "[" * 5000]
)
def test_a_script_that_sends_nonsense_is_answered(client, body):
    challenge = _begin(client)
    path = f"/market/signatures/rehearse/{challenge.pk}/hand-in/"
    assert client.post(path, body, content_type="application/json").status_code == 422


def test_a_key_that_is_pasted_is_refused_with_its_three_sentences(trusting, client):
    key = (trusting.folder / "good.pem").read_text()
    page = client.post("/market/signatures/certificates/", {"pasted": key})
    assert page.status_code == 422
    assert b"This is a private key. It was not kept." in page.content
    assert key.splitlines()[1].encode() not in page.content
