"""Who wants in: the register's word, the same answer for everybody, nothing left of who never confirmed."""

import pytest
from django.db import connection
from tests.factories import make_person

from pazar.ground.entry.commands.links import LinkDead
from pazar.ground.errors import Invalid
from pazar.ground.jobs import clockwork
from pazar.ground.jobs.models import DueAct
from pazar.ground.messages.models import Mail, Message
from pazar.market.companies import queries
from pazar.market.companies.commands import applying
from pazar.market.companies.models import Application
from pazar.market.companies.rules.applying import State
from pazar.market.companies.rules.particulars import Status
from pazar.market.companies.tests.factories import (
    LONG_AGO,
    NUMBER,
    OTHER_NUMBER,
    known,
    link,
    make_case,
    make_here,
    make_moderator,
    token,
    wish,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("register")]


def refused(**facts) -> dict[str, str]:
    with pytest.raises(Invalid) as caught:
        applying.apply(wish=wish(**facts))
    return {name: str(sentence) for name, sentence in caught.value.fields.items()}


def test_a_number_is_enough_the_register_fills_in():
    case = make_case(number=" BG 999 021 770", name="")
    assert (case.number, case.name, case.town) == (NUMBER, "Помпи и тръби Тунджа ООД", "Ямбол")
    assert case.checked == "agrees" and case.state == State.WAITING and case.due_at is not None


def test_a_wrong_number_is_refused_in_words():
    assert "check digit" in refused(number="999021771")["number"]


def test_the_dissolved_are_refused_in_the_registers_words(register):
    register.entries[NUMBER] = known(status=Status.DISSOLVED, status_words="Заличен търговец")
    assert "Заличен търговец" in refused()["number"]
    assert not Application.objects.exists() and not Mail.objects.exists()


def test_those_in_liquidation_are_flagged(register):
    register.entries[NUMBER] = known(status=Status.LIQUIDATION, status_words="в ликвидация")
    case = make_case()
    assert case.checked == "flagged"
    assert "в ликвидация" in str(queries.checks(case)[0].evidence)


def test_a_difference_is_settled_by_the_applicant():
    assert set(refused(town="Варна")) == {"choice_town"}
    assert set(refused(town="Варна", choices={"town": "mine"})) == {"choice_town"}
    case = make_case(town="Варна", choices={"town": "mine"}, reasons={"town": "Преместихме се"})
    assert case.town == "Варна" and case.kept == {"town": "Преместихме се"} and case.checked == "kept"
    taken = make_case(town="Варна", choices={"town": "register"}, email="b@pompi.example")
    assert taken.town == "Ямбол" and taken.kept == {}


def test_a_silent_register_blocks_nobody_and_is_asked_again(register):
    register.down = True
    case = make_case()
    assert case.checked == "down"
    act = DueAct.objects.get(name=applying.ASK_AGAIN, subject_id=case.pk)
    first_wait = act.due_at

    DueAct.objects.filter(pk=act.pk).update(due_at=LONG_AGO)
    clockwork.run_due()
    assert applying.ask_registers_again() == 1
    act.refresh_from_db()
    assert act.done_at is None and act.due_at > first_wait
    assert applying.ask_registers_again() == 0

    register.down = False
    DueAct.objects.filter(pk=act.pk).update(due_at=LONG_AGO)
    clockwork.run_due()
    assert applying.ask_registers_again() == 1
    case.refresh_from_db()
    assert case.checked == "agrees"
    assert Mail.objects.order_by("-made_at").first().subject == "The register has answered"


def test_an_unknown_number_is_unverified():
    assert make_case(number=OTHER_NUMBER, name="Байт ООД").checked == "unknown"
    assert "name" in refused(number=OTHER_NUMBER, name="")


# --- nobody learns who is here ----------------------------------------------------------------
def test_a_known_address_and_number_are_told_by_mail_alone():
    here = make_here()
    make_person(here, email="Owner@pompi.example")
    applying.apply(wish=wish(email="owner@pompi.example"))
    mail = Mail.objects.get()
    assert mail.to == "owner@pompi.example" and "log-in with this address already" in mail.text
    assert Application.objects.get().state == State.UNCONFIRMED and not Message.objects.exists()


def test_a_company_that_is_here_gets_no_twin_its_owners_are_asked():
    here = make_here()
    owner = make_person(here)
    case = make_case(email="second@pompi.example")
    assert case.state == State.WITH_OWNERS and case.company_id == here.pk
    assert Message.objects.get().person_id == owner.pk
    assert not queries.queue(make_moderator()).exists()


# --- confirming -------------------------------------------------------------------------------
def test_the_queue_knows_only_the_confirmed():
    applying.apply(wish=wish())
    assert not queries.queue(make_moderator()).exists()
    applying.confirm(token=token("rangel@pompi.example"))
    assert queries.queue(make_moderator()).count() == 1


def test_confirming_twice_changes_nothing():
    case = make_case()
    again = applying.confirm(token=token("rangel@pompi.example"))
    assert again.pk == case.pk and again.due_at == case.due_at


def test_never_confirmed_leaves_nothing_behind():
    applying.apply(wish=wish())
    late = token("rangel@pompi.example")
    kept = make_case(email="other@pompi.example", number=OTHER_NUMBER, name="Байт ООД")
    assert applying.forget_unconfirmed() == 0
    Application.objects.update(made_at=LONG_AGO)
    with pytest.raises(LinkDead):
        applying.confirm(token=late)
    assert applying.forget_unconfirmed() == 1
    assert list(Application.objects.values_list("pk", flat=True)) == [kept.pk]
    assert not Mail.objects.filter(to="rangel@pompi.example").exists()
    assert Mail.objects.filter(to="other@pompi.example").exists()


@pytest.mark.parametrize("guess", ["", "x", "0" * 43])
def test_guessed_links_are_dead(guess: str):
    applying.apply(wish=wish())
    with pytest.raises(LinkDead):
        applying.confirm(token=guess)


def test_the_secret_is_not_in_the_table():
    applying.apply(wish=wish())
    with connection.cursor() as cursor:
        cursor.execute("SELECT string_agg(a::text, '') FROM companies_application a")
        assert token("rangel@pompi.example") not in cursor.fetchone()[0]


def test_one_address_gets_three_mails_a_day():
    for _n in range(6):
        applying.apply(wish=wish())
    assert Mail.objects.count() == 3 == Application.objects.count()


# --- bad input --------------------------------------------------------------------------------
def test_signs_that_nobody_sees_are_left_out():
    case = make_case(
        number=OTHER_NUMBER, name="Байт\u202eДОО\u0000 \nООД", person_name="Иван\r\nBcc: victim@example.org"
    )
    assert case.name == "БайтДОО ООД"
    mail = Mail.objects.get()
    assert "\n" not in mail.subject and "Bcc" not in str(mail.headers)


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("email", "a@example.org\nBcc: b@example.org"),
        ("email", "a@example.org,b@example.org"),
        ("email", "a" * 300 + "@example.org"),
        ("name", "x" * 400),
        ("person_name", "x" * 12_000_000),
        ("person_name", " \u202e "),
    ],
    ids=["line break", "two addresses", "long address", "long name", "12 MB", "unseen"],
)
def test_what_cannot_be_is_refused(field: str, text: str):
    facts = {"number": OTHER_NUMBER, "name": "Байт ООД", field: text}
    assert field in refused(**facts)
    assert link is not None and not Mail.objects.exists()
