import base64
from datetime import UTC, datetime, timedelta, timezone

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from pazar.ground.journal.rules import head

KEY = Ed25519PrivateKey.from_private_bytes(b"\x05" * 32)
PUBLIC = KEY.public_key().public_bytes_raw()
AT = datetime(2026, 11, 23, 22, 40, 0, 123456, tzinfo=timezone(timedelta(hours=2)))


def make_head(size=7, root=b"\x01" * 32):
    return head.sign(origin="centre.example/journal", size=size, root=root, at=AT, key=KEY)


def test_a_head_is_a_checkpoint_as_others_write_it():
    lines = make_head().note.split("\n")
    assert lines[:5] == [
        "centre.example/journal",
        "7",
        base64.b64encode(b"\x01" * 32).decode(),
        "at 2026-11-23T20:40:00.123456Z",
        "",
    ]
    dash, name, signature = lines[5].split(" ")
    assert (dash, name, lines[6:]) == ("—", "centre.example/journal", [""])
    blob = base64.b64decode(signature)
    assert len(blob) == 4 + 64
    KEY.public_key().verify(blob[4:], "\n".join(lines[:4]).encode() + b"\n")


def test_a_head_is_read_as_it_was_written():
    found = head.read(make_head().note)
    assert (found.origin, found.size, found.root) == ("centre.example/journal", 7, b"\x01" * 32)
    assert found.at == AT.astimezone(UTC)
    assert head.is_signed_by(found, PUBLIC)


def test_line_ends_of_an_editor_or_a_mail_do_not_matter():
    found = head.read(make_head().note.replace("\n", "\r\n"))
    assert head.is_signed_by(found, PUBLIC)


@pytest.mark.parametrize(
    ("old", "new"), [("\n7\n", "\n8\n"), ("AQEB", "AQEC"), ("T20:40", "T20:41"), ("centre", "center")]
)
def test_an_altered_head_is_not_signed(old, new):
    altered = make_head().note.replace(old, new)
    assert altered != make_head().note
    assert not head.is_signed_by(head.read(altered), PUBLIC)


def test_another_key_signs_for_nobody_else():
    assert not head.is_signed_by(make_head(), Ed25519PrivateKey.generate().public_key().public_bytes_raw())


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x",
        "a\n1\nAA==\n\n— a b\n",
        "a\n01\n" + base64.b64encode(bytes(32)).decode() + "\n\n— a b\n",
        "a\n\n\n\n— a b",
    ],
)
def test_what_is_no_head_is_refused(text):
    with pytest.raises(head.HeadUnreadable):
        head.read(text)


@pytest.mark.parametrize("origin", ["", "a b", "a+b", "a\nb"])
def test_a_name_that_a_note_cannot_carry_is_refused(origin):
    with pytest.raises(ValueError, match="name"):
        head.sign(origin=origin, size=1, root=bytes(32), at=AT, key=KEY)


def test_the_verifier_key_names_the_key_as_the_signature_does():
    name, short, blob = head.verifier_key("centre.example/journal", PUBLIC).split("+", 2)
    assert name == "centre.example/journal"
    assert bytes.fromhex(short) == head.key_name(name, PUBLIC)
    assert base64.b64decode(blob) == b"\x01" + PUBLIC
