"""The Sales wing from outside, by role."""

import uuid
from datetime import timedelta
from decimal import Decimal
from threading import Barrier, Thread

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from tests.factories import actor_of, make_actor, make_company, make_person
from tests.sales import awarded, bid_of, matched

from pazar.ground import clock
from pazar.ground.identity.models import Person
from pazar.ground.identity.rules.actor import CENTRE
from pazar.ground.identity.rules.roles import Role
from pazar.ground.identity.scope import acting
from pazar.sales.channels import commands as channels
from pazar.sales.channels.models import IntakeRule, Lead, Opportunity
from pazar.sales.channels.rules.intake import Rule
from pazar.sales.customers import commands as customers
from pazar.sales.customers.models import Account, Touch
from pazar.sales.customers.rules.touches import ByHand
from pazar.sales.pipeline import commands
from pazar.sales.pipeline.models import Deal
from pazar.sales.pipeline.refusals import MovedMeanwhile
from pazar.sales.pipeline.rules.stages import Stage

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk():
    return make_company("Кабел Балкани АД")


@pytest.fixture
def director(desk):
    return make_person(desk, Role.SALES_DIRECTOR, name="Елена Директорова", language="en")


@pytest.fixture
def manager(desk):
    return make_person(desk, Role.SALES_MANAGER, name="Мария Стоянова", language="en")


@pytest.fixture
def colleague(desk):
    return make_person(desk, Role.SALES_MANAGER, name="Петър Колев", language="en")


def of(person, language="en") -> Client:
    client = Client(headers={"accept-language": language})
    client.force_login(person)
    return client


def text(answer) -> str:
    return answer.content.decode().replace("\xa0", " ")


def only(model, **wanted):
    with acting(CENTRE):
        return model.objects.get(**wanted)


def come(desk, **facts):
    event = matched(desk, **facts)
    channels.note_opportunities(event)
    return event, only(Opportunity, procedure_id=event.procedure_id)


def lead_of(person, desk, **facts):
    _event, opportunity = come(desk, **facts)
    return channels.take_up(
        actor=actor_of(person, desk), opportunity_id=opportunity.pk, manager_id=person.pk if person else None
    )


def deal_of(person, desk, **facts):
    return commands.make_deal(actor=actor_of(person, desk), lead_id=lead_of(person, desk, **facts).pk)


PATHS = ("/sales/", "/sales/inbox/", "/sales/deals/", "/sales/deals/?view=list", "/sales/customers/")


def ended(desk, person, *, lots, vat_included) -> Deal:
    """A bid of the desk, awarded: `lots` as (number, title, won, amount)."""
    bid = bid_of(desk, person, matched(desk))
    award = awarded(bid, won=True, lots=lots, vat_included=vat_included)
    commands.note_bid(bid)
    commands.note_outcome(award)
    return only(Deal, company=desk)


@pytest.mark.parametrize("path", (*PATHS, "/sales/settings/intake/", "/sales/customers/new/"))
def test_a_desk_is_open_to_who_sells_and_says_so_to_others(desk, manager, path):
    assert of(manager).get(path).status_code == 200
    buyer = make_person(desk, Role.BUYER, language="en")
    refused = of(buyer).get(path)
    assert refused.status_code == 403
    assert "Your role in the company doesn&#x27;t include it." in text(refused)
    assert Client().get(path).status_code == 302


def test_the_hall_has_the_sales_wing_only_for_who_sells(desk, manager):
    come(desk)
    page = text(of(manager).get("/sales/inbox/"))
    assert 'href="/sales/deals/"' in page
    assert 'href="/sales/deals/"' not in text(of(make_person(desk, Role.BUYER)).get("/sales/"))


def test_the_inbox_shows_reason_deadline_and_value_and_takes_up_in_one_act(desk, manager):
    _event, opportunity = come(desk)
    client = of(manager)
    page = text(client.get("/sales/inbox/"))
    for shown in (
        "1 opportunity waits to be taken up",
        "Доставка на кабели НН",
        "word <mark>кабели</mark>; 1 more lot fits",
        "120 000",
    ):
        assert shown in page
    answer = client.post("/sales/inbox/act/", {"take": str(opportunity.pk)})
    assert answer.status_code == 302
    lead = only(Lead, opportunity=opportunity)
    assert (lead.manager_id, lead.given_why) == (manager.pk, "taker")
    assert "Took it up." in text(client.get("/sales/inbox/?show=leads"))
    assert "No opportunity waits for you" in text(client.get("/sales/inbox/"))


def test_the_reason_is_said_in_the_readers_language_wherever_it_stands(desk, manager):
    _event, opportunity = come(desk)
    bulgarian = make_person(desk, Role.SALES_MANAGER, language="bg")
    for person, said in (
        (manager, "word <mark>кабели</mark>; 1 more lot fits"),
        (bulgarian, "дума <mark>кабели</mark>;"),
    ):
        assert said in text(of(person).get("/sales/inbox/"))
    deal = commands.make_deal(
        actor=actor_of(manager, desk),
        lead_id=channels.take_up(actor=actor_of(manager, desk), opportunity_id=opportunity.pk, manager_id=None).pk,
    )
    for path in (f"/sales/leads/{deal.lead_id}/", f"/sales/deals/{deal.pk}/"):
        assert "word <mark>кабели</mark>" in text(of(manager).get(path))
        assert "дума <mark>кабели</mark>" in text(of(bulgarian).get(path))
        assert "по интереса Ви „Кабели, изток“" in text(of(bulgarian).get(path))


def test_what_came_before_reasons_were_kept_shows_the_words_of_then(desk, manager):
    _event, opportunity = come(desk)
    with acting(CENTRE):
        Opportunity.objects.filter(pk=opportunity.pk).update(why={}, reason="Category: power cables")
    assert "Category: power cables" in text(of(manager).get("/sales/inbox/"))


def test_several_are_given_to_a_colleague_at_once_by_the_director_alone(desk, director, manager, colleague):
    ids = [str(come(desk)[1].pk) for _n in range(3)]
    refused = of(manager).post("/sales/inbox/act/", {"do": "take", "id": ids, "manager": str(colleague.pk)})
    assert refused.status_code == 403
    with acting(CENTRE):
        assert Lead.objects.count() == 0
    of(director).post("/sales/inbox/act/", {"do": "take", "id": ids, "manager": str(colleague.pk)})
    with acting(CENTRE):
        assert {(lead.manager_id, lead.given_why) for lead in Lead.objects.all()} == {(colleague.pk, "chosen")}
        assert Lead.objects.count() == 3
    assert "Given by Елена Директорова." in text(of(director).get("/sales/inbox/?show=leads"))


def test_a_lead_is_given_only_to_somebody_of_the_desk(desk, director):
    _event, opportunity = come(desk)
    stranger = make_person(make_company(), Role.SALES_MANAGER)
    sent = {"take": str(opportunity.pk), "manager": str(stranger.pk)}
    assert of(director).post("/sales/inbox/act/", sent).status_code == 422
    assert only(Opportunity, pk=opportunity.pk).state == Opportunity.State.WAITING


def test_what_is_set_aside_keeps_its_reason(desk, manager):
    _event, opportunity = come(desk)
    of(manager).post("/sales/inbox/act/", {"dismiss": str(opportunity.pk), "reason": "Too far away"})
    assert "Too far away" in text(of(manager).get("/sales/inbox/?show=settled"))
    again = of(manager).post("/sales/inbox/act/", {"take": str(opportunity.pk)})
    assert again.status_code == 409


def test_what_nobody_took_up_in_time_is_missed_and_cant_be_taken(desk, manager):
    _event, opportunity = come(desk, closes_at=clock.db_now() - timedelta(minutes=1))
    client = of(manager)
    assert "Доставка на кабели НН" not in text(client.get("/sales/inbox/"))
    assert "Доставка на кабели НН" in text(client.get("/sales/inbox/?show=missed"))
    assert client.post("/sales/inbox/act/", {"take": str(opportunity.pk)}).status_code == 409


def test_the_rule_takes_up_by_itself_says_why_and_leaves_the_rest(desk, director, colleague):
    rule = Rule(is_on=True, value_min=Decimal(100000), cpv=("31300000",))
    channels.save_rule(actor=actor_of(director, desk), rule=rule, manager_id=colleague.pk)
    _event, taken = come(desk)
    _event, small = come(desk, value_amount=Decimal(5000), title="Дребни материали")
    _event, quiet = come(desk, quiet=True)
    assert only(Lead, opportunity=taken).manager_id == colleague.pk
    assert [only(Opportunity, pk=one.pk).state for one in (taken, small, quiet)] == ["taken", "waiting", "waiting"]
    client = of(director)
    assert "Its value is under 100 000 EUR." in text(client.get("/sales/inbox/"))
    assert "Its value is at least 100 000 EUR." in text(client.get("/sales/inbox/?show=settled"))
    assert "Given by the company&#x27;s rule." in text(client.get("/sales/inbox/?show=leads"))


def test_a_rule_is_tried_before_it_is_saved(desk, director, manager):
    come(desk)
    come(desk, value_amount=None)
    typed = {"is_on": "on", "value_min": "100 000", "cpv": "", "buyer_words": "", "manager": ""}
    page = of(director).post("/sales/settings/intake/", {**typed, "do": "try"})
    assert "it would have taken 1 of 2 opportunities" in text(page)
    with acting(CENTRE):
        assert not IntakeRule.objects.exists()
    assert of(director).post("/sales/settings/intake/", {**typed, "do": "save"}).status_code == 302
    assert only(IntakeRule).value_min == Decimal(100000)
    assert of(manager).post("/sales/settings/intake/", {**typed, "do": "save"}).status_code == 403
    assert "The owner and the sales director change it." in text(of(manager).get("/sales/settings/intake/"))


def test_a_rule_that_takes_everything_isnt_saved(desk, director):
    page = of(director).post(
        "/sales/settings/intake/", {"is_on": "on", "value_min": "", "cpv": "", "buyer_words": "", "do": "save"}
    )
    assert page.status_code == 422
    assert "Name at least one condition" in text(page)


def test_a_lead_becomes_a_deal_that_moves_and_is_lost_with_a_reason(desk, manager):
    lead = lead_of(manager, desk)
    client = of(manager)
    made = client.post(f"/sales/leads/{lead.pk}/deal/")
    deal = only(Deal, lead=lead)
    assert made["Location"] == f"/sales/deals/{deal.pk}/"
    client.post(f"/sales/deals/{deal.pk}/move/", {"stage": "qualified", "back": "board"})
    client.post(f"/sales/deals/{deal.pk}/step/", {"step": "Call the buyer", "on": "2026-12-01"})
    client.post(f"/sales/deals/{deal.pk}/amount/", {"amount": "98 000,50", "currency": "EUR"})
    page = text(client.get(f"/sales/deals/{deal.pk}/"))
    for shown in ("Qualified", "Call the buyer", "98 000.50", "Deal moved from New to Qualified"):
        assert shown in page
    refused = client.post(f"/sales/deals/{deal.pk}/lost/", {"reason": "other", "note": ""})
    assert refused.status_code == 422
    assert "Write what the reason was." in text(refused)
    client.post(f"/sales/deals/{deal.pk}/lost/", {"reason": "price", "note": "By a tenth"})
    assert only(Deal, pk=deal.pk).stage == Stage.LOST
    assert "Our price was too high: By a tenth" in text(client.get(f"/sales/deals/{deal.pk}/"))


def test_a_market_deal_isnt_won_by_hand_and_the_page_says_why(desk, manager):
    deal = deal_of(manager, desk)
    client = of(manager)
    refused = client.post(f"/sales/deals/{deal.pk}/move/", {"stage": "won"})
    assert refused.status_code == 409
    assert "Its procedure is still open for bids" in text(refused)
    assert 'value="won"' not in text(client.get(f"/sales/deals/{deal.pk}/"))


def test_a_manager_sees_a_colleagues_deal_and_doesnt_act_on_it(desk, director, manager, colleague):
    deal = deal_of(manager, desk)
    client = of(colleague)
    assert "A colleague works on it" in text(client.get(f"/sales/deals/{deal.pk}/"))
    for act, sent in (("move", {"stage": "qualified"}), ("step", {"step": "x"}), ("lost", {"reason": "price"})):
        answer = client.post(f"/sales/deals/{deal.pk}/{act}/", sent)
        assert answer.status_code == 403
        assert "Мария Стоянова" in text(answer)
    assert of(director).post(f"/sales/deals/{deal.pk}/move/", {"stage": "qualified"}).status_code == 302


def test_a_bid_shows_on_the_board_and_holds_its_deal(desk, manager):
    event, _opportunity = come(desk)
    commands.note_bid(bid_of(desk, manager, event))
    page = text(of(manager).get("/sales/deals/"))
    assert "Bid sent, sealed until" in page
    assert 'name="stage"' not in page


def test_a_deal_won_in_part_shows_the_lot_that_was_lost_and_the_basis_of_vat(desk, manager):
    lots = (("1", "Кабели", True, "43199.40"), ("2", "Лампи", False, "7200"), ("3", "Муфи", False, None))
    row = ended(desk, manager, lots=lots, vat_included=False)
    client = of(manager)
    page = text(client.get(f"/sales/deals/{row.pk}/"))
    assert "How each lot ended" in page
    for number, title, _won, _amount in lots:
        assert f"{number}. {title}" in page
    assert "7 200.00" in page
    assert "couldn't be read" in page
    assert "without VAT" in page
    assert "1 of 3 lots: " in page  # in the customer's time line
    listed = text(client.get("/sales/deals/?view=list&stage=won"))
    assert "1 of 3 lots" in listed
    assert "Next step" not in listed
    assert "How it ended" in listed


def test_a_deal_ended_before_lots_were_told_shows_none_and_names_no_basis(desk, manager):
    row = ended(desk, manager, lots=(), vat_included=None)
    page = text(of(manager).get(f"/sales/deals/{row.pk}/"))
    assert "How each lot ended" not in page
    assert "VAT" not in page


def test_another_companys_things_are_not_found(desk, manager):
    deal = deal_of(manager, desk)
    _event, waiting = come(desk)
    other = of(make_person(make_company(), Role.OWNER))
    for path in (f"deals/{deal.pk}", f"leads/{deal.lead_id}", f"customers/{deal.account_id}"):
        assert other.get(f"/sales/{path}/").status_code == 404
    posts = (
        (f"deals/{deal.pk}/move/", {"stage": "qualified"}),
        (f"deals/{deal.pk}/lost/", {"reason": "price"}),
        (f"deals/{deal.pk}/step/", {"step": "x"}),
        (f"deals/{deal.pk}/amount/", {"amount": "1", "currency": "EUR"}),
        (f"leads/{deal.lead_id}/deal/", {}),
        (f"leads/{deal.lead_id}/give/", {"manager": str(manager.pk)}),
        (f"leads/{deal.lead_id}/drop/", {"reason": "x"}),
        (f"customers/{deal.account_id}/touches/", {"kind": "call", "text": "x"}),
        ("inbox/act/", {"take": str(waiting.pk)}),
        ("inbox/act/", {"dismiss": str(waiting.pk)}),
    )
    for path, sent in posts:
        assert other.post(f"/sales/{path}", sent).status_code == 404, path
    assert only(Opportunity, pk=waiting.pk).state == Opportunity.State.WAITING
    assert only(Deal, pk=deal.pk).stage == Stage.NEW


def test_the_card_tells_who_found_the_customer_and_what_was_done(desk, manager):
    deal = deal_of(manager, desk)
    client = of(manager)
    client.post(f"/sales/customers/{deal.account_id}/touches/", {"kind": "call", "text": "They asked for drums"})
    page = text(client.get(f"/sales/customers/{deal.account_id}/"))
    for shown in ("Община Речна", "Came from the market", "They asked for drums", "Lead taken up", "000123456"):
        assert shown in page


def test_an_entry_is_corrected_by_a_new_one_and_never_rewritten(desk, manager, colleague):
    deal = deal_of(manager, desk)
    touch = customers.add_touch(
        actor=actor_of(manager, desk), account_id=deal.account_id, kind=ByHand.CALL, text="They want 5 km"
    )
    assert of(colleague).post(f"/sales/touches/{touch.pk}/correct/", {"text": "No"}).status_code == 403
    assert of(manager).post(f"/sales/touches/{touch.pk}/correct/", {"text": "They want 50 km"}).status_code == 302
    page = text(of(manager).get(f"/sales/customers/{deal.account_id}/"))
    assert "They want 5 km" in page
    assert "They want 50 km" in page
    assert of(manager).post(f"/sales/touches/{touch.pk}/correct/", {"text": "Or 60"}).status_code == 409
    noted = only(Touch, kind="account_noted")
    assert of(manager).post(f"/sales/touches/{noted.pk}/correct/", {"text": "Mine"}).status_code == 409
    from django.db import ProgrammingError, transaction

    with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic(), acting(CENTRE):
        Touch.objects.filter(pk=touch.pk).update(text="They want nothing")


def test_a_customer_by_hand_is_the_one_the_desk_has(desk, manager):
    deal = deal_of(manager, desk)
    typed = {"name": "Речна", "country": "BG", "number": "000123456", "town": "Речна"}
    answer = of(manager).post("/sales/customers/new/", typed)
    assert answer["Location"] == f"/sales/customers/{deal.account_id}/"
    assert only(Account).town == "Речна"
    of(manager).post("/sales/customers/new/", {"name": "Алумет АД"})
    with acting(CENTRE):
        assert Account.objects.count() == 2


def test_today_names_what_has_no_next_step_and_what_closes_soon(desk, manager, colleague):
    deal_of(manager, desk, closes_at=clock.db_now() + timedelta(days=2), title="Скоро")
    deal_of(colleague, desk, title="Чуждо")
    come(desk)
    page = text(of(manager).get("/sales/"))
    for shown in ("2 things need you in Sales", "Deadlines within a week", "Скоро", "Opportunities that wait"):
        assert shown in page
    assert "Чуждо" not in page
    assert "Чуждо" in text(of(manager).get("/sales/?whose=desk"))


@pytest.mark.parametrize("path", PATHS)
def test_pages_speak_bulgarian(desk, path):
    person = make_person(desk, Role.OWNER, language="bg")
    come(desk)
    page = text(of(person, "bg").get(path))
    assert "Продажби" in page or "Сделки" in page
    assert "Deals" not in page


def fill(desk, manager, n):
    """`n` deals with leads, opportunities and customers of their own, made at once."""
    moment = clock.db_now()
    with acting(CENTRE):
        accounts = Account.objects.bulk_create(
            [Account(company=desk, name=f"Клиент {i:04d}", created_at=moment, manager=manager) for i in range(n)]
        )
        found = Opportunity.objects.bulk_create(
            [
                Opportunity(company=desk, procedure_id=uuid.uuid4(), reference=f"R{i}", title=f"T{i}", came_at=moment)
                for i in range(n)
            ]
        )
        leads = Lead.objects.bulk_create(
            [
                Lead(
                    company=desk,
                    opportunity=one if i % 2 else None,
                    account=account,
                    title=f"Lead {i}",
                    manager=manager,
                    taken_at=moment,
                )
                for i, (account, one) in enumerate(zip(accounts, found, strict=True))
            ]
        )
        Deal.objects.bulk_create(
            [
                Deal(
                    company=desk,
                    account=account,
                    lead=lead,
                    title=f"Deal {i}",
                    stage=list(Stage)[i % 6],
                    amount=Decimal(i),
                    manager=manager,
                    made_at=moment,
                    moved_at=moment,
                    ended_at=moment if i % 6 > 3 else None,
                )
                for i, (account, lead) in enumerate(zip(accounts, leads, strict=True))
            ]
        )
    return accounts


ASKED = (*PATHS, "/sales/inbox/?show=leads", "/sales/inbox/?show=settled", "/sales/deals/?view=list&stage=all")


def test_no_page_asks_more_than_twelve_queries_however_many_deals(desk, manager):
    fill(desk, manager, 500)
    client = of(manager)
    # A test's own transaction makes the guard's a nested one, which reads what stood before and restores it.
    nesting = ("SAVEPOINT", "RELEASE", "SELECT current_setting", "SELECT set_config('pazar.company', ''")
    asked = {}
    for path in ASKED:
        with CaptureQueriesContext(connection) as captured:
            assert client.get(path).status_code == 200
        asked[path] = len([q for q in captured if not q["sql"].startswith(nesting)])
    assert {path: n for path, n in asked.items() if n > 12} == {}


def test_lists_go_on_where_the_page_ended(desk, manager):
    fill(desk, manager, 70)
    client = of(manager)
    seen: list[str] = []
    url = "/sales/customers/"
    for _page in range(4):
        answer = client.get(url)
        seen += [row.name for row in answer.context["rows"]]
        url = answer.context["next_url"]
        if not url:
            break
    assert seen == [f"Клиент {i:04d}" for i in range(70)]


def test_a_stranger_of_the_centre_sees_an_empty_desk_of_his_own(desk, manager):
    deal_of(manager, desk)
    stranger = make_actor()
    page = text(of(Person.objects.get(pk=stranger.person_id)).get("/sales/deals/"))
    assert "No deals yet" in page


def test_of_two_who_move_a_deal_at_once_the_second_is_told(desk, director, manager):
    deal = deal_of(manager, desk)
    first, second = {"stage": "qualified", "seen": "new"}, {"stage": "negotiation", "seen": "new"}
    assert of(manager).post(f"/sales/deals/{deal.pk}/move/", first).status_code == 302
    refused = of(director).post(f"/sales/deals/{deal.pk}/move/", second)
    assert refused.status_code == 409
    assert "Somebody moved it while you were looking at it." in text(refused)
    assert only(Deal, pk=deal.pk).stage == "qualified"
    assert 'name="seen" value="qualified"' in text(of(director).get("/sales/deals/"))


@pytest.mark.django_db(transaction=True)
def test_two_threads_move_a_deal_once():
    desk = make_company()
    people = [make_person(desk, Role.SALES_DIRECTOR) for _n in range(2)]
    deal = deal_of(people[0], desk)
    barrier, said = Barrier(2), []

    def move(person, stage):
        try:
            barrier.wait(20)
            commands.move_deal(actor=actor_of(person, desk), deal_id=deal.pk, stage=stage, seen=Stage.NEW)
            said.append("moved")
        except MovedMeanwhile:
            said.append("told")
        finally:
            connection.close()

    threads = [Thread(target=move, args=(person, Stage.QUALIFIED)) for person in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(said) == ["moved", "told"]
