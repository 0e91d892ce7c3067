import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from tests.factories import make_actor, make_company

from pazar.ground.identity.models import Company, Person
from pazar.ground.identity.rules.roles import Role
from pazar.ground.jobs.drain import drain
from pazar.market.matching.commands import match
from pazar.market.matching.models import Interest, Match
from pazar.market.matching.rules.interests import BROAD_A_WEEK
from pazar.market.matching.rules.meaning import LotFacts
from pazar.market.matching.tests.factories import make_interest, store_procedure

pytestmark = pytest.mark.django_db
URL = "/market/interests/"
TYPED = {"name": "Cables", "cpv": "31300000-9", "words_any": "кабели", "with_outside": "on", "is_active": "on"}


@pytest.fixture
def supplier():
    return make_actor(Role.TENDER_MANAGER)


def statements(client, path) -> list[str]:
    """What the second opening of a page asks the database, the frame included; labels are known by then."""
    client.get(path)
    with CaptureQueriesContext(connection) as asked:
        assert client.get(path).status_code == 200
    return [query["sql"] for query in asked if query["sql"] not in ("BEGIN", "COMMIT")]


def client_of(actor, language="en") -> Client:
    Person.objects.filter(pk=actor.person_id).update(language=language)
    client = Client()
    client.force_login(Person.objects.get(pk=actor.person_id))
    return client


def cables(title="Доставка на кабели", **said):
    return store_procedure(
        LotFacts(
            buyer_id=make_company().pk, cpv=("31321000",), lemmas=frozenset({"кабел"}), is_outside=True, kind="open"
        ),
        title=title,
        **said,
    )


def text(answer) -> str:
    return " ".join(answer.content.decode().split())


def test_an_interest_is_made_and_brings_what_is_open(supplier):
    procedure = cables()
    answer = client_of(supplier).post(f"{URL}new/", TYPED | {"act": "save"})
    assert (answer.status_code, answer["Location"]) == (302, URL)
    drain()
    assert Match.objects.get().procedure_id == procedure.pk
    shown = text(client_of(supplier).get(URL))
    assert "1 interest says what comes to you" in shown
    assert "Insulated wire and cable" in shown


def test_a_refused_form_keeps_what_was_typed_and_says_every_fault(supplier):
    answer = client_of(supplier).post(
        f"{URL}new/", {"name": "", "cpv": "31300000-1", "value_min": "20", "value_max": "10", "words_any": "кабели"}
    )
    shown = text(answer)
    assert answer.status_code == 422
    assert "31300000-1" in shown
    assert "These codes are not in the list: 31300000-1." in shown
    assert 'value="кабели"' in shown
    assert not Interest.objects.exists()
    again = text(client_of(supplier).post(f"{URL}new/", TYPED | {"value_min": "20", "value_max": "10"}))
    assert "The highest value is below the lowest." in again


@pytest.mark.parametrize(("language", "words"), [("en", "1 procedure in the last 90 days"), ("bg", "1 процедура за")])
def test_the_preview_counts_and_shows_examples_without_saving(supplier, language, words):
    cables(title="An example.")
    cables(title="Of us.", buyer_id=supplier.company_id)
    for answer in (
        client_of(supplier, language).post(f"{URL}preview/", TYPED),
        client_of(supplier, language).post(f"{URL}new/", TYPED | {"act": "preview"}),
    ):
        shown = text(answer)
        assert answer.status_code == 200
        assert words in shown
        assert "An example." in shown
        assert "Of us." not in shown
        assert "31300000</mark>" in shown
    assert not Interest.objects.exists()


def test_the_preview_says_too_broad_and_too_narrow(supplier, monkeypatch):
    from pazar.market.matching.rules import interests

    client = client_of(supplier)
    assert "Too narrow" in text(client.post(f"{URL}preview/", TYPED))
    cables()
    assert "Too broad" not in text(client.post(f"{URL}preview/", TYPED))
    monkeypatch.setattr(interests, "BROAD_A_WEEK", 0)
    assert BROAD_A_WEEK > 0
    assert "Too broad" in text(client.post(f"{URL}preview/", TYPED))


def test_a_too_broad_interest_is_shown_narrower_codes_that_one_click_takes(supplier, monkeypatch):
    from pazar.market.matching.rules import interests

    monkeypatch.setattr(interests, "BROAD_A_WEEK", 0)
    for _n in range(4):
        cables()
    client = client_of(supplier)
    typed = {"name": "Cables", "cpv": "31300000-9", "with_outside": "on", "is_active": "on", "words_none": "асфалт"}
    shown = text(client.post(f"{URL}preview/", typed))
    assert "Narrower instead" in shown and 'value="narrower:31300000:31320000"' in shown
    taken = text(client.post(f"{URL}new/", typed | {"use": "narrower:31300000:31320000"}))
    assert "31320000" in taken and "31300000" not in taken.split('id="preview"')[0]
    assert 'value="асфалт"' in taken
    assert not Interest.objects.exists()


def test_a_narrow_interest_is_shown_what_would_bring_more(supplier):
    for _n in range(4):
        cables()
    typed = TYPED | {"cpv": "31330000", "words_any": "асфалт"}
    shown = text(client_of(supplier).post(f"{URL}preview/", typed))
    assert "Too narrow" in shown and "Wider instead" not in shown  # nothing of it alone would bring any
    shown = text(client_of(supplier).post(f"{URL}preview/", TYPED | {"cpv": "31330000"}))
    assert 'value="wider:31330000:31300000"' in shown
    shown = text(client_of(supplier).post(f"{URL}preview/", TYPED | {"words_any": "асфалт"}))
    assert "Without the words wanted" in shown and 'value="no_words::"' in shown
    taken = client_of(supplier).post(f"{URL}new/", TYPED | {"words_any": "асфалт", "use": "no_words::"})
    assert 'value="асфалт"' not in text(taken)


@pytest.mark.parametrize("made_up", ["narrower", "narrower:x:y", "burn:1:2", "wider::\x00", "wider:31300000:99"])
def test_a_made_up_proposal_changes_nothing_it_may_not(supplier, made_up):
    answer = client_of(supplier).post(f"{URL}new/", TYPED | {"use": made_up})
    assert answer.status_code in (200, 400)
    assert not Interest.objects.exists()


def test_the_preview_says_that_a_kind_leaves_procedures_of_elsewhere_out(supplier):
    cables()
    shown = text(client_of(supplier).post(f"{URL}preview/", TYPED | {"kinds": "open_tender"}))
    assert "With a kind ticked only procedures of this centre come" in shown
    assert "With a kind ticked" not in text(client_of(supplier).post(f"{URL}preview/", TYPED))


def test_the_switch_for_mails_of_outside_procedures_is_in_the_form_and_kept(supplier):
    client = client_of(supplier)
    assert 'name="mail_outside"' in text(client.get(f"{URL}new/"))
    client.post(f"{URL}new/", TYPED | {"mail_outside": "on", "act": "save"})
    interest = Interest.objects.get()
    assert interest.mail_outside is True
    client.post(f"{URL}{interest.pk}/", TYPED | {"act": "save"})
    interest.refresh_from_db()
    assert interest.mail_outside is False


def test_the_preview_of_nothing_asks_for_something(supplier):
    assert "Choose a category" in text(client_of(supplier).post(f"{URL}preview/", {"name": "x"}))


def test_the_editor_opens_with_what_stands_there(supplier):
    interest = make_interest(supplier, regions=["BG4"], words_any="кабели")
    shown = text(client_of(supplier, "bg").get(f"{URL}{interest.pk}/"))
    assert "31300000" in shown
    assert "BG4" in shown
    assert 'value="кабели"' in shown
    assert "Запазете интереса" in shown


def test_a_foreign_companys_interest_is_not_found(supplier):
    theirs = make_interest(make_actor(Role.OWNER))
    client = client_of(supplier)
    assert client.get(f"{URL}{theirs.pk}/").status_code == 404
    assert client.post(f"{URL}{theirs.pk}/", TYPED).status_code == 404
    assert client.post(f"{URL}{theirs.pk}/remove/").status_code == 404
    assert Interest.objects.get().name == "Cables"


def test_the_figure_of_an_interest_opens_its_own_matches(supplier):
    cables_of, lamps_of = make_interest(supplier), make_interest(supplier, name="Lamps", cpv=["31500000"])
    cable = cables(title="Кабели")
    lamp = store_procedure(LotFacts(buyer_id=make_company().pk, cpv=("31520000",), kind="open"), title="Лампи")
    match.match_procedures(procedure_ids=[cable.pk, lamp.pk])
    client = client_of(supplier)
    assert f'/market/matches/?interest={lamps_of.pk}">1</a>' in text(client.get(URL))
    shown = text(client.get("/market/matches/", {"interest": str(lamps_of.pk)}))
    assert "1 procedure fits your interest “Lamps”" in shown
    assert "Лампи" in shown
    assert "Кабели" not in shown
    assert f"?show=closing&interest={lamps_of.pk}" in shown.replace("&amp;", "&")
    assert "2 procedures fit your interests" in text(client.get("/market/matches/"))
    stranger = client_of(make_actor(Role.TENDER_MANAGER))
    assert stranger.get("/market/matches/", {"interest": str(cables_of.pk)}).status_code == 404
    assert client.get("/market/matches/", {"interest": "x"}).status_code == 404


def test_a_reader_sees_the_list_and_may_not_edit(supplier):
    interest = make_interest(supplier)
    reader = make_actor(Role.READER, company=Company.objects.get(pk=supplier.company_id))
    client = client_of(reader)
    shown = text(client.get(URL))
    assert "Cables" in shown
    assert f"{URL}{interest.pk}/" not in shown
    assert client.get(f"{URL}{interest.pk}/").status_code == 403
    assert client.post(f"{URL}new/", TYPED).status_code == 403


def test_an_interest_is_removed(supplier):
    interest = make_interest(supplier)
    assert client_of(supplier).post(f"{URL}{interest.pk}/remove/").status_code == 302
    assert not Interest.objects.exists()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("path", ["", "new/", "one"])
def test_pages_ask_at_most_twelve_questions(supplier, path):
    for _n in range(5):
        interest = make_interest(supplier, regions=["BG4", "BG3"])
    for _n in range(15):
        cables()
    client = client_of(supplier)
    url = URL + (f"{interest.pk}/" if path == "one" else path)
    assert len(statements(client, url)) <= 12


def test_regimes_and_unwanted_buyers_are_edited_like_the_rest(supplier):
    buyer = make_company("Община Сопот")
    client = client_of(supplier)
    client.post(
        f"{URL}new/",
        TYPED | {"act": "save", "with_regimes": "1", "regimes": ["commercial"], "buyer_add": "община  сопот"},
    )
    interest = Interest.objects.get()
    assert (interest.regimes, interest.buyers_none) == (["commercial"], [str(buyer.pk)])
    path = f"{URL}{interest.pk}/"
    page = text(client.get(path))
    assert "Община Сопот" in page
    assert f'name="buyers_shown" value="{buyer.pk}"' in page
    assert "Община Сопот" in text(client.get(URL))

    client.post(path, TYPED | {"act": "save", "with_regimes": "1", "buyers_shown": [str(buyer.pk)]})
    interest.refresh_from_db()
    assert (interest.regimes, interest.buyers_none) == ([], [])


def test_what_a_form_did_not_show_is_not_changed_by_it(supplier):
    buyer = make_company("Община Сопот")
    interest = make_interest(supplier, regimes=["commercial"], buyers_none=[str(buyer.pk), "някой"])
    client_of(supplier).post(
        f"{URL}{interest.pk}/",
        TYPED | {"act": "save", "buyers_shown": ["някой"], "buyers_none": ["някой"]},
    )
    interest.refresh_from_db()
    assert interest.regimes == ["commercial"]
    assert set(interest.buyers_none) == {str(buyer.pk), "някой"}


@pytest.mark.parametrize("typed", ["Няма такъв", "999999", "%", "=", "  "])
def test_a_buyer_nobody_knows_is_said_at_its_field(supplier, typed):
    answer = client_of(supplier).post(f"{URL}new/", TYPED | {"act": "save", "buyer_add": typed})
    if typed.strip():
        assert answer.status_code == 422
        assert "No buyer is called exactly so" in text(answer)
    else:
        assert answer.status_code == 302


def test_a_buyer_that_a_source_only_names_can_be_unwanted(supplier):
    procedure = cables(buyer_name="Читалище Пробуда", buyer_lemmas=["читалище", "пробуда"])
    procedure.buyer = None
    procedure.save()
    client_of(supplier).post(f"{URL}new/", TYPED | {"act": "save", "buyer_add": "Читалище Пробуда"})
    assert Interest.objects.get().buyers_none == ["читалище пробуда"]
    drain()
    assert not Match.objects.exists()


def test_a_preview_keeps_what_is_ticked(supplier):
    buyer = make_company("Община Сопот")
    answer = client_of(supplier).post(
        f"{URL}new/",
        TYPED
        | {
            "act": "preview",
            "with_regimes": "1",
            "regimes": ["commercial"],
            "buyers_shown": [str(buyer.pk)],
            "buyers_none": [str(buyer.pk)],
        },
    )
    form = answer.context["form"]
    assert form["regimes"].value() == ["commercial"]
    assert form["buyers_none"].value() == [str(buyer.pk)]
