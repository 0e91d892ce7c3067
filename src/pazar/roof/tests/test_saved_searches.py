"""Searches that a person saved, over the lists that there are (J4)."""

from datetime import date

import pytest
from django.test import Client
from tests.factories import make_actor, make_company

from pazar.ground.api.tests.factories import bearer, make_token
from pazar.ground.errors import Invalid, NotFound
from pazar.ground.identity.models import Person
from pazar.ground.identity.rules.actor import Actor
from pazar.ground.searches import commands, kinds, queries
from pazar.ground.searches.commands import NothingToSave, TooManySearches, look, save_search
from pazar.ground.searches.models import SavedSearch
from pazar.market.awards.tests.outside import put_award
from pazar.market.procedures.tests.factories import make_draft, make_procedure

pytestmark = pytest.mark.django_db


def client_of(actor: Actor) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(Person.objects.get(pk=actor.person_id))
    return client


def new_in(saved: SavedSearch) -> int:
    return queries.shown(saved).new


def test_every_list_can_be_saved():
    assert set(kinds.keys()) >= {"procedures", "awards", "items", "companies"}


def test_what_came_since_is_counted_and_a_look_begins_anew():
    me = make_actor()
    put_award("Хартия", ["А"], items=["Хартия"])
    saved = {
        kind: save_search(actor=me, kind=kind, query=query, name=kind)
        for kind, query in (
            ("procedures", "q=хартия&all=1"),
            ("awards", "q=хартия"),
            ("items", "q=хартия"),
            ("companies", "q=книга"),
        )
    }
    assert {kind: new_in(one) for kind, one in saved.items()} == dict.fromkeys(saved, 0)

    put_award("Хартията", ["Б"], items=["Хартии"], decided=date(2019, 1, 1), published=date(2019, 1, 1))
    put_award("Друго", ["Б"], items=["Друго"])
    make_company("Книга ООД")

    assert {kind: new_in(one) for kind, one in saved.items()} == dict.fromkeys(saved, 1)
    for one in saved.values():
        assert new_in(look(actor=me, search_id=one.pk)) == 0


def test_what_was_drafted_before_and_published_since_is_new():
    me = make_actor()
    buyer = make_actor()
    draft = make_draft(buyer, title="Доставка на хартия")
    saved = save_search(actor=me, kind="procedures", query="q=хартия", name="Хартия")
    assert new_in(saved) == 0
    from pazar.market.procedures.commands.publish import publish_procedure

    publish_procedure(actor=buyer, procedure_id=draft.pk)
    assert new_in(saved) == 1


def test_a_hundred_are_counted(monkeypatch):
    monkeypatch.setattr(kinds, "MOST_COUNTED", 2)
    saved = save_search(actor=make_actor(), kind="companies", query="q=фирма", name="Ф")
    for n in range(3):
        make_company(f"Фирма {n}")
    shown = queries.shown(saved)
    assert (shown.new, shown.more) == (2, True)


def test_the_same_search_again_gets_the_new_name():
    me = make_actor()
    first = save_search(actor=me, kind="awards", query="q=кабел&region=BG&narrow=1&cursor=x&utm=1", name="Кабели")
    second = save_search(actor=me, kind="awards", query="region=BG&q=кабел ", name="  Кабели   тук ")
    assert (first.pk, second.name) == (second.pk, "Кабели тук")
    assert SavedSearch.objects.count() == 1
    other = save_search(actor=make_actor(), kind="awards", query="q=кабел&region=BG", name="И мои")
    assert other.pk != first.pk


@pytest.mark.parametrize(
    ("said", "refusal"),
    [
        ({"kind": "weather"}, NotFound),
        ({"query": ""}, NothingToSave),
        ({"query": "cursor=x&narrow=1"}, NothingToSave),
        ({"query": "%00=%00"}, NothingToSave),
        ({"name": ""}, Invalid),
        ({"name": "\u202e"}, Invalid),
        ({"name": "я" * 121}, Invalid),
    ],
)
def test_what_is_no_search_is_refused(said, refusal):
    with pytest.raises(refusal):
        save_search(**{"actor": make_actor(), "kind": "awards", "query": "q=a", "name": "A", **said})
    assert not SavedSearch.objects.exists()


def test_there_is_an_end_to_them(monkeypatch):
    monkeypatch.setattr(commands, "MOST", 2)
    me = make_actor()
    for n in range(2):
        save_search(actor=me, kind="awards", query=f"q={n}", name=str(n))
    with pytest.raises(TooManySearches):
        save_search(actor=me, kind="awards", query="q=3", name="3")
    save_search(actor=me, kind="awards", query="q=1", name="again")  # no new one


def test_the_way_over_the_pages():
    me = make_actor()
    client = client_of(me)
    make_procedure(title="Доставка на кабели")
    page = client.get("/market/procedures/?q=кабел&narrow=1").content.decode()
    assert "Save the search" in page
    answer = client.post(
        "/searches/", {"kind": "procedures", "query": "q=кабел", "name": "Кабели", "next": "/market/procedures/"}
    )
    assert answer.status_code == 302
    assert "Saved as “Кабели”" in client.get(answer["Location"]).content.decode()
    saved = SavedSearch.objects.get()
    assert "Save the search" not in client.get("/market/procedures/").content.decode()
    assert "Save the search" not in Client().get("/market/procedures/?q=кабел").content.decode()

    make_procedure(title="Още кабели")
    listing = client.get("/searches/")
    assert [row.new for row in listing.context["rows"]] == [1]
    assert "1 saved search has something new" in listing.content.decode()
    opened = client.get(f"/searches/{saved.pk}/")
    assert opened["Location"] == "/market/procedures/?q=%D0%BA%D0%B0%D0%B1%D0%B5%D0%BB"
    assert [row.new for row in client.get("/searches/").context["rows"]] == [0]

    client.post(f"/searches/{saved.pk}/rename/", {"name": "Жици"})
    assert [row.search.name for row in client.get("/searches/").context["rows"]] == ["Жици"]
    client.post(f"/searches/{saved.pk}/rename/", {"name": ""})
    assert SavedSearch.objects.get().name == "Жици"
    client.post(f"/searches/{saved.pk}/remove/")
    assert not SavedSearch.objects.exists()


def test_nobody_is_sent_away_from_the_centre():
    client = client_of(make_actor())
    answer = client.post("/searches/", {"kind": "awards", "query": "", "name": "x", "next": "https://evil.example/"})
    assert answer["Location"] == "/"


def test_a_search_is_seen_by_its_person_alone():
    saved = save_search(actor=make_actor(), kind="awards", query="q=a", name="A")
    stranger = make_actor()
    assert client_of(stranger).get(f"/searches/{saved.pk}/").status_code == 404
    assert client_of(stranger).get("/searches/").context["rows"] == []


def test_the_way_over_the_api():
    me = Person.objects.get(pk=make_actor().person_id)
    secret = make_token(me, None, "searches:read", "searches:write")
    client = Client()

    def headers(key: str) -> dict[str, str]:
        return {**bearer(secret), "Idempotency-Key": key}

    body = {"kind": "awards", "query": "q=хартия", "name": "Хартия"}
    made = client.post("/api/v1/searches", body, content_type="application/json", headers=headers("save-search"))
    assert made.status_code == 201
    put_award("Хартия", ["А"])
    (row,) = client.get("/api/v1/searches", headers=bearer(secret)).json()["items"]
    assert (row["name"], row["new"], row["address"].endswith(f"/market/awards/?{row['query']}")) == ("Хартия", 1, True)
    path = f"/api/v1/searches/{row['id']}"
    client.patch(path, {"name": "Книги"}, content_type="application/json", headers=bearer(secret))
    looked = client.post(f"{path}/look", content_type="application/json", headers=headers("look-at-it")).json()
    assert (looked["name"], looked["new"]) == ("Книги", 0)
    assert client.delete(path, headers=bearer(secret)).status_code == 204
    assert client.get(path, headers=bearer(secret)).status_code == 404


def test_the_search_over_everything_finds_awards_products_and_saved_searches():
    me = make_actor()
    put_award("Хартия за общината", ["Мост АД"], items=["Хартия A3"])
    save_search(actor=me, kind="awards", query="q=x", name="Хартия, всяка седмица")
    save_search(actor=make_actor(), kind="awards", query="q=x", name="Хартия на друг")
    page = client_of(me).get("/search/", {"q": "хартия"}).content.decode()
    assert "Мост АД" in page
    assert "Хартия A3" in page
    assert "Хартия, всяка седмица" in page
    assert "Хартия на друг" not in page
    assert "Хартия на друг" not in Client().get("/search/", {"q": "хартия"}).content.decode()
