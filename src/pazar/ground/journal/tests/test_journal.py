import hashlib
import json

import pytest
from django.db import DatabaseError, transaction
from hypothesis import given
from hypothesis import strategies as st
from tests.factories import make_company

from pazar.ground import journal
from pazar.ground.journal.models import Entry, Payload
from pazar.ground.journal.rules import leaf


def test_an_entry_commits_to_its_payload(somebody):
    with transaction.atomic():
        entry = journal.append("thing.done", actor=somebody, subject=make_company(), note="кабели")
    payload = Payload.objects.get(entry=entry)
    assert leaf.leaf(salt=bytes(payload.salt), payload=bytes(payload.content)) == bytes(entry.leaf)
    assert json.loads(bytes(payload.content))["facts"] == {"note": "кабели"}


@pytest.mark.parametrize("act", ["update", "delete"])
def test_the_app_can_neither_change_nor_remove_an_entry(somebody, act):
    with transaction.atomic():
        journal.append("thing.done", actor=somebody, subject=make_company())
    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
        if act == "update":
            Entry.objects.update(leaf=b"x" * 32)
        else:
            Payload.objects.all()._raw_delete("default")


@given(st.binary(min_size=32, max_size=32), st.binary())
def test_the_leaf_is_as_documented(salt, payload):
    spelled = b"pazar-leaf-1\x00" + salt + hashlib.sha256(payload).digest()
    assert leaf.leaf(salt=salt, payload=payload) == hashlib.sha256(spelled).digest()


def test_floats_are_refused():
    with pytest.raises(TypeError):
        leaf.canonical({"a": [{"b": 1.5}]})
