"""The form of registration from outside: with and without JavaScript, for people and for programs."""

import hashlib
import re

import pytest
from django.core import signing
from django.test import Client
from django.urls import reverse

from pazar.ground.identity.commands import tries
from pazar.ground.identity.models import Person
from pazar.ground.messages.models import Mail
from pazar.market.companies.commands import gate
from pazar.market.companies.models import Application
from pazar.market.companies.rules.particulars import Status
from pazar.market.companies.tests.factories import NUMBER, known, link, make_here, make_moderator

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("register")]
JOIN = reverse("companies:join")


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    """Nobody waits two seconds in a test."""
    monkeypatch.setattr(gate, "QUICKEST_SECONDS", -1)


def client(**facts) -> Client:
    return Client(headers={"accept-language": "en"}, **facts)


def form(**facts) -> dict[str, str]:
    return {
        "country": "BG",
        "number": NUMBER,
        "person_name": "Рангел Кирчев",
        "email": "rangel@pompi.example",
        "stamp": gate.new_stamp(),
        **facts,
    }


def without_what_changes(page: str) -> str:
    return re.sub(r"csrfmiddlewaretoken[^>]*|[\d:.]+Z|\d+:\d\d:\d\d", "", page)


def test_it_is_reachable_from_every_page():
    for path in ("/", reverse("entry:login"), reverse("roof:journal")):
        assert f'href="{JOIN}"' in client().get(path).content.decode()
    page = client().get(JOIN).content.decode()
    assert "What your computer must be able to do" in page


def test_while_one_types_the_register_answers():
    page = client().post(reverse("companies:check"), {"country": "BG", "number": "999 021 770", "town": "Варна"})
    text = page.content.decode()
    assert "Помпи и тръби Тунджа ООД" in text and 'name="choice_town"' in text and "<html" not in text
    wrong = client().post(reverse("companies:check"), {"country": "BG", "number": "999021771"})
    assert "check digit" in wrong.content.decode()


def test_it_says_nothing_of_who_is_here():
    body = {"country": "BG", "number": NUMBER}
    before = client().post(reverse("companies:check"), body).content
    sent = without_what_changes(client().post(JOIN, form()).content.decode())
    make_here()
    assert client().post(reverse("companies:check"), body).content == before
    assert without_what_changes(client().post(JOIN, form()).content.decode()) == sent


def test_a_difference_is_asked_about_and_kept_with_its_reason():
    answer = client().post(JOIN, form(town="Варна"))
    assert answer.status_code == 422 and not Mail.objects.exists()
    assert "Ямбол" in answer.content.decode()
    assert client().post(JOIN, form(town="Варна", choice_town="mine", reason_town="Moved")).status_code == 200
    assert Application.objects.get().kept == {"town": "Moved"}


def test_dissolved_is_refused_in_the_registers_words(register):
    register.entries[NUMBER] = known(status=Status.DISSOLVED, status_words="Заличен <b>")
    answer = client().post(JOIN, form())
    assert answer.status_code == 422 and "Заличен &lt;b&gt;" in answer.content.decode()


def test_looking_at_the_link_confirms_nothing():
    client().post(JOIN, form())
    path = link("rangel@pompi.example")
    page = client().get(path)
    assert page.status_code == 200 and page["Referrer-Policy"] == "same-origin"
    assert Application.objects.get().state == "unconfirmed"
    assert client().post(path).status_code == 302
    assert Application.objects.get().state == "waiting"
    assert client().get("/join/" + "x" * 43 + "/").status_code == 410


def test_the_page_is_the_same_whether_owners_or_moderators_decide():
    pages = []
    for here in (False, True):
        if here:
            make_here()
        client().post(JOIN, form(email=f"p{here:d}@pompi.example"))
        path = link(f"p{here:d}@pompi.example")
        client().post(path)
        pages.append(without_what_changes(client().get(path).content.decode()))
    assert re.sub(r"p1@|/join/[\w-]+", "", pages[1]) == re.sub(r"p0@|/join/[\w-]+", "", pages[0])


# --- programs ---------------------------------------------------------------------------------
def test_a_trap_a_replay_and_a_forged_stamp_send_nothing():
    assert client().post(JOIN, form(website="x")).status_code == 422
    assert client().post(JOIN, form(stamp="forged")).status_code == 422
    assert client().post(JOIN, form(stamp="")).status_code == 422
    used = form()
    assert client().post(JOIN, used).status_code == 200
    assert client().post(JOIN, used).status_code == 422
    assert Mail.objects.count() == 1


def test_too_quick_is_asked_to_send_again(monkeypatch):
    monkeypatch.setattr(gate, "QUICKEST_SECONDS", 2)
    assert client().post(JOIN, form()).status_code == 422


def solved(stamp: str) -> str:
    for n in range(10_000_000):
        digest = hashlib.sha256(f"{stamp}:{n}".encode()).digest()
        if int.from_bytes(digest[:4], "big") >> (32 - gate.BITS) == 0:
            return str(n)
    raise AssertionError


def test_after_some_tries_a_sum_or_a_minute_is_asked_for(monkeypatch):
    for n in range(gate.PROOF_AFTER):
        assert client().post(JOIN, form(email=f"n{n}@pompi.example")).status_code == 200
    asked = client().post(JOIN, form(email="late@pompi.example"))
    assert asked.status_code == 422 and "<pz-proof" in asked.content.decode()
    stamp = gate.new_stamp()
    assert client().post(JOIN, form(email="late@pompi.example", stamp=stamp, proof=solved(stamp))).status_code == 200

    # Without JavaScript: a stamp that is a minute old.
    with monkeypatch.context() as patched:
        patched.setattr(signing.time, "time", lambda: 1_700_000_000.0)
        old = gate.new_stamp()
        patched.setattr(signing.time, "time", lambda: 1_700_000_061.0)
        assert client().post(JOIN, form(email="slow@pompi.example", stamp=old)).status_code == 200
    # Another network isn't asked.
    assert client(REMOTE_ADDR="192.0.2.9").post(JOIN, form(email="far@pompi.example")).status_code == 200


def test_one_network_is_shut_out_after_sixty():
    for _n in range(gate.SHUT_AFTER):
        tries.count("join from", tries.place("127.0.0.1"))
    answer = client().post(JOIN, form())
    assert answer.status_code == 429 and not Mail.objects.exists()


def test_registers_are_asked_so_often_by_one_network(register):
    for _n in range(gate.LOOKED_UP):
        tries.count("join look-up", tries.place("127.0.0.1"))
    page = client().post(reverse("companies:check"), {"country": "BG", "number": NUMBER})
    assert page.status_code == 200 and "Помпи" not in page.content.decode()


def test_hostile_signs_in_every_field_break_nothing():
    sign = "<script>alert(1)</script>\x00\u202e'\""
    everything = dict.fromkeys(
        ("country", "number", "name", "town", "person_name", "email", "categories", "choice_name", "reason_name"), sign
    )
    for path in (JOIN, reverse("companies:check")):
        answer = client().post(path, form(**everything))
        assert answer.status_code in (200, 422) and "<script>alert(1)" not in answer.content.decode()


# --- the moderators' pages ---------------------------------------------------------------------
def test_a_moderator_goes_from_case_to_case():
    for n, number in enumerate((NUMBER, "999020404")):
        client().post(JOIN, form(number=number, name="Байт ООД" if n else "", email=f"n{n}@pompi.example"))
        client().post(link(f"n{n}@pompi.example"))
    first, second = Application.objects.order_by("due_at", "id")
    moderator = client()
    moderator.force_login(Person.objects.get(pk=make_moderator().person_id))
    page = moderator.get(reverse("companies:queue")).content.decode()
    assert page.index(str(first.pk)) < page.index(str(second.pk))

    path = reverse("companies:case", args=[first.pk])
    asked = moderator.post(path, {"act": "refuse", "reason": "other", "words": ""})
    assert asked.status_code == 422
    onward = moderator.post(path, {"act": "approve"})
    assert onward["Location"] == reverse("companies:case", args=[second.pk])
    assert moderator.post(path, {"act": "approve"}).status_code == 409
    assert "Take back" in moderator.get(reverse("companies:queue")).content.decode()
