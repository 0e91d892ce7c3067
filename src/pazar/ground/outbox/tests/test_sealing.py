"""Sealed rows: read in process as they were written, and by nobody from the database alone."""

import pytest
from django.core.exceptions import FieldError
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from pazar.ground import clock, sealing
from pazar.ground.messages.models import Message
from pazar.ground.outbox.models import Event


@given(st.binary(max_size=2000))
def test_what_is_unsealed_is_what_was_sealed(plain):
    sealed = sealing.seal(plain)
    assert sealing.unseal(sealed) == plain
    assert plain not in sealed or len(plain) < 4
    assert sealing.seal(plain) != sealed


@given(st.text(max_size=200), st.text(max_size=200))
def test_texts_of_ordinary_length_are_of_one_length(one, other):
    assert len(sealing.seal_text(one[:60])) == len(sealing.seal_text(other[:60]))


@given(st.binary(max_size=300), st.data())
def test_a_changed_text_is_not_read(plain, data):
    sealed = bytearray(sealing.seal(plain))
    at = data.draw(st.integers(3, len(sealed) - 1))
    sealed[at] ^= data.draw(st.integers(1, 255))
    with pytest.raises(sealing.SealBroken):
        sealing.unseal(bytes(sealed))


def test_another_key_reads_nothing_and_finds_no_name(settings):
    sealed, named = sealing.seal(b"who"), sealing.token("who")
    assert sealing.token("who") == named
    settings.SEAL_KEY_VALUES = {**settings.SEAL_KEY_VALUES, "records": "ab" * 32}
    assert sealing.token("who") != named
    with pytest.raises(sealing.SealBroken):
        sealing.unseal(sealed)


@pytest.mark.django_db
def test_a_column_holds_the_seal_and_its_model_the_value():
    content = {"company_id": "0b6e7c52-1d51-4f0e-9a3c-5d0d0a1f7c11", "at": None}
    stored = Event.objects.create(kind="Something", content=content, published_at=clock.db_now())
    assert Event.objects.get(pk=stored.pk).content == content
    assert Event.objects.values_list("content", flat=True).get(pk=stored.pk) == content
    with connection.cursor() as cursor:
        cursor.execute("SELECT content::text FROM outbox_event WHERE id = %s", [stored.pk])
        (raw,) = cursor.fetchone()
        assert "0b6e7c52" not in raw
        cursor.execute("INSERT INTO outbox_event (kind, content, published_at) VALUES ('Old', '{\"a\": 1}', now())")
    assert Event.objects.get(kind="Old").content == {"a": 1}, "rows of before the seal are read as they stand"


@pytest.mark.django_db
def test_asking_the_database_for_a_sealed_value_is_refused_instead_of_finding_nothing():
    with pytest.raises(FieldError):
        Message.objects.filter(content="x").exists()
    with pytest.raises(FieldError):
        Event.objects.filter(content__a=1).exists()
