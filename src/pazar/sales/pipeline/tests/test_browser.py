"""The desk in Chromium: both languages, both themes, desk and phone; and the way through it without scripts."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from tests.browser import DESK, PHONE, assert_accessible, assert_fits, look
from tests.factories import actor_of, make_company, make_person
from tests.sales import awarded, bid_of, matched

from pazar.ground import clock
from pazar.ground.identity.rules.actor import CENTRE
from pazar.ground.identity.rules.roles import Role
from pazar.ground.identity.scope import acting
from pazar.sales.channels import commands as channels
from pazar.sales.channels.models import Opportunity
from pazar.sales.channels.rules.intake import Rule
from pazar.sales.customers import commands as customers
from pazar.sales.customers.rules.touches import ByHand
from pazar.sales.pipeline import commands
from pazar.sales.pipeline.models import Deal

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

TITLES = (
    ("Доставка на кабели НН и СН", "Електромрежа Изток", 124000),
    ("Улично осветление, втори етап", "Община Речна", 38000),
    ("Ремонт на трафопост", "ВиК Долина", 9400),
    ("Доставка на измервателна апаратура за нуждите на районните подстанции", "Област Север", 61000),
    ("Кабелни муфи", "Общинска болница Извор", 22800),
    ("Проводници и шини", "Железопътен възел Юг", 88000),
    ("Разпределителни табла", "Пристанище Бряг", 142000),
)


@pytest.fixture
def desk():
    return make_company("Кабел Балкани АД")


@pytest.fixture
def director(desk):
    return make_person(desk, Role.SALES_DIRECTOR, name="Мария Стоянова")


def bring(desk, title, buyer, value, days=10):
    event = matched(
        desk,
        title=title,
        buyer_name=buyer,
        buyer_number="",
        value_amount=Decimal(value),
        closes_at=clock.db_now() + timedelta(days=days, hours=3),
    )
    channels.note_opportunities(event)
    with acting(CENTRE):
        return event, Opportunity.objects.get(procedure_id=event.procedure_id)


@pytest.fixture
def story(desk, director):
    """A desk at work: two wait, one is a lead, deals in four stages."""
    actor = actor_of(director, desk)
    rule = Rule(is_on=True, value_min=Decimal(100000), cpv=("31300000",))
    brought = [bring(desk, *title, days=days) for title, days in zip(TITLES, (10, 2, 6, 9, 4, 5, 12), strict=True)]
    channels.save_rule(actor=actor, rule=rule)
    channels.take_up(actor=actor, opportunity_id=brought[2][1].pk)
    made = {}
    for event, opportunity in brought[3:]:
        lead = channels.take_up(actor=actor, opportunity_id=opportunity.pk)
        made[event.title] = commands.make_deal(actor=actor, lead_id=lead.pk)
    commands.set_next_step(
        actor=actor, deal_id=made[TITLES[3][0]].pk, step="Обаждане за мострите", on=date(2026, 11, 20)
    )
    commands.set_amount(actor=actor, deal_id=made[TITLES[3][0]].pk, amount=Decimal("61000"))
    commands.note_bid(bid_of(desk, director, brought[5][0]))
    won = bid_of(desk, director, brought[6][0])
    commands.note_bid(won)
    commands.note_outcome(awarded(won, won=True, amount="138500.40"))
    deal = made[TITLES[3][0]]
    touch = customers.add_touch(
        actor=actor, account_id=deal.account_id, kind=ByHand.CALL, text="Искат мостра от 5 m до петък."
    )
    customers.correct_touch(actor=actor, touch_id=touch.pk, text="Мострата е от 50 m.")
    return deal


def pages(deal):
    return {
        "today": "/sales/",
        "inbox": "/sales/inbox/",
        "leads": "/sales/inbox/?show=leads",
        "board": "/sales/deals/",
        "list": "/sales/deals/?view=list&stage=all",
        "deal": f"/sales/deals/{deal.pk}/",
        "lead": f"/sales/leads/{deal.lead_id}/",
        "customers": "/sales/customers/",
        "customer": f"/sales/customers/{deal.account_id}/",
        "rule": "/sales/settings/intake/",
    }


@pytest.mark.parametrize(
    ("width", "theme", "language"), [(DESK, "light", "en"), (PHONE, "light", "bg"), (DESK, "dark", "bg")]
)
def test_every_page_fits_and_is_accessible(open_page, director, story, width, theme, language):
    director.language, director.theme = language, theme
    director.save()
    page = open_page("/sales/", width=width, theme=theme, language=language, person=director)
    faults = []
    for name, path in pages(story).items():
        page.goto(path)
        look(page, f"sales-{name}-{width}-{theme}-{language}")
        for check in (assert_fits, assert_accessible):
            try:
                check(page)
            except AssertionError as fault:
                faults.append(f"{name}: {fault}")
    assert not faults, "\n".join(faults)


def test_without_scripts_an_opportunity_becomes_a_deal_that_moves(open_page, desk, director):
    director.language = "en"
    director.save()
    bring(desk, *TITLES[0])
    page = open_page("/sales/inbox/", person=director, script=False)
    page.get_by_role("row").get_by_role("button", name="Take up").click()
    page.get_by_role("button", name="Make a deal").click()
    page.get_by_role("button", name="Qualified").click()
    page.goto("/sales/deals/")
    page.locator(".pz-move summary").click()
    page.get_by_role("button", name="New").click()
    with acting(CENTRE):
        assert Deal.objects.get().stage == "new"


def test_the_board_is_worked_by_keyboard(open_page, director, story):
    director.language = "en"
    director.save()
    page = open_page("/sales/deals/", person=director)
    page.locator(".pz-move summary").first.focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.name") == "stage"
    page.keyboard.press("Enter")
    page.get_by_role("status").filter(has_text="is now in").wait_for()
