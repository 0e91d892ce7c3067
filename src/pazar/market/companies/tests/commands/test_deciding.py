"""The moderators decide, once; what they decided can be taken back for an hour."""

import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone
from tests.factories import actor_of, make_company, make_person

from pazar.events import AdmissionUndone
from pazar.ground import clock
from pazar.ground.entry.commands import links
from pazar.ground.errors import Invalid, NotFound
from pazar.ground.identity import queries as people
from pazar.ground.identity.models import Company, Person
from pazar.ground.identity.rules.actor import CENTRE
from pazar.ground.identity.rules.roles import Role, StaffRole
from pazar.ground.identity.scope import acting
from pazar.ground.jobs import clockwork
from pazar.ground.jobs.drain import drain
from pazar.ground.jobs.models import DueAct
from pazar.ground.messages.models import Mail, Message
from pazar.market.companies import queries
from pazar.market.companies.commands import applying, deciding, known_names, reasons
from pazar.market.companies.models import Application, CaseNote, Decision
from pazar.market.companies.rules.applying import State
from pazar.market.companies.tests.factories import (
    LONG_AGO,
    OTHER_NUMBER,
    link,
    make_case,
    make_here,
    make_moderator,
    token,
)
from pazar.market.matching.commands import first
from pazar.market.matching.models import Interest

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("register")]
EMAIL = "rangel@pompi.example"


def approve(case) -> Decision:
    return deciding.approve(actor=make_moderator(), application_id=case.pk)


def test_an_approval_makes_member_owner_and_link():
    case = make_case()
    approve(case)
    person = people.person_by_email(EMAIL)
    assert person is not None and not person.has_usable_password()
    actor = people.actor_for(person)
    assert actor.company_name == "Помпи и тръби Тунджа ООД" and actor.roles == {Role.OWNER}
    links.set_password(token=token(EMAIL), new="quiet-harbour-81")
    person.refresh_from_db()
    assert person.check_password("quiet-harbour-81")
    assert not DueAct.objects.filter(subject_id=case.pk, done_at=None).exists()


def test_who_has_a_log_in_keeps_it_and_gets_the_company():
    person = make_person(make_company(), email=EMAIL)
    person.set_password("old-password-11")
    person.save()
    approve(make_case())
    assert len(people.memberships(person)) == 2 and link(EMAIL) == "/login/"


@pytest.mark.django_db(transaction=True)
def test_the_categories_become_the_first_interest():
    case = make_case(categories=["31321000"])
    approve(case)
    drain()
    case.refresh_from_db()
    person = people.person_by_email(EMAIL)
    from pazar.ground.identity.scope import acting

    with acting(people.actor_for(person)):
        assert Interest.objects.get(company_id=case.company_id).cpv == ["31321000"]


def test_decided_once():
    case = make_case()
    approve(case)
    for act in (
        approve,
        lambda one: deciding.refuse(actor=make_moderator(), application_id=one.pk, reason="twice", words=""),
    ):
        with pytest.raises(deciding.CaseDecided):
            act(case)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("same_case", [True, False], ids=["one case", "one number"])
def test_of_two_approvals_at_once_one_lets_in(same_case: bool):
    cases = [make_case()]
    cases.append(cases[0] if same_case else make_case(email="second@pompi.example"))
    outcomes: list[str] = []
    gate = threading.Barrier(2)

    def run(case, actor) -> None:
        gate.wait()
        try:
            deciding.approve(actor=actor, application_id=case.pk)
            outcomes.append("in")
        except (deciding.CaseDecided, deciding.CompanyIsHere) as refusal:
            outcomes.append(refusal.code)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(case, make_moderator())) for case in cases]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert sorted(outcomes) == sorted(["in", "case_decided" if same_case else "company_is_here"])
    assert Company.objects.filter(standing="member").count() == 1


def test_a_company_that_came_in_meanwhile_is_passed_on():
    first, second = make_case(), make_case(email="second@pompi.example")
    approve(first)
    with pytest.raises(deciding.CompanyIsHere):
        approve(second)
    deciding.pass_on(actor=make_moderator(), application_id=second.pk)
    second.refresh_from_db()
    owner = people.actor_for(people.person_by_email(EMAIL))
    assert second.state == State.WITH_OWNERS and Message.objects.get().person_id == owner.person_id

    deciding.admit(actor=owner, application_id=second.pk)
    joined = people.actor_for(people.person_by_email("second@pompi.example"))
    assert joined.company_id == owner.company_id and joined.roles == {Role.READER}


def test_only_its_owners_admit():
    here = make_here()
    case = make_case()
    stranger = actor_of(make_person(make_company()))
    reader = actor_of(make_person(here, Role.READER))
    for actor in (stranger, reader, make_moderator()):
        with pytest.raises(NotFound):
            deciding.admit(actor=actor, application_id=case.pk)
        with pytest.raises(NotFound):
            deciding.decline(actor=actor, application_id=case.pk)


# --- asking and refusing ------------------------------------------------------------------------
def test_a_question_stops_the_clock_and_the_answer_starts_a_new_day():
    case = make_case()
    deciding.ask_more(actor=make_moderator(), application_id=case.pk, reason="power", words="Пълномощно?")
    assert not queries.queue(make_moderator()).exists()
    mail = Mail.objects.order_by("-made_at", "-id").first()
    assert "power of attorney" in mail.text and "Пълномощно?" in mail.text

    answered = deciding.answer(token=token(EMAIL), words="Управител съм.")
    assert answered.state == State.WAITING and answered.due_at >= case.due_at
    assert [note.text for note in answered.notes.order_by("made_at")][-1] == "Управител съм."
    with pytest.raises(links.LinkDead):
        deciding.answer(token=token(EMAIL), words="Още нещо")


def test_a_refusal_says_why_in_the_applicants_language():
    case = make_case(language="bg")
    deciding.refuse(actor=make_moderator(), application_id=case.pk, reason="stranger", words="")
    mail = Mail.objects.order_by("-made_at", "-id").first()
    assert "Не можахме да се уверим" in mail.text
    assert not Person.objects.filter(email=EMAIL).exists()


@pytest.mark.parametrize(("reason", "words"), [("other", "  "), ("none such", "x"), ("twice", "x" * 4001)])
def test_a_refusal_without_a_reason_is_none(reason: str, words: str):
    case = make_case()
    with pytest.raises(Invalid):
        deciding.refuse(actor=make_moderator(), application_id=case.pk, reason=reason, words=words)
    case.refresh_from_db()
    assert case.state == State.WAITING


def test_other_people_decide_nothing():
    case = make_case()
    for actor in (
        actor_of(make_person(make_company())),
        make_moderator(StaffRole.OPERATOR),
        make_moderator(StaffRole.ACCOUNTANT),
    ):
        with pytest.raises(NotFound):
            deciding.approve(actor=actor, application_id=case.pk)


# --- taking back --------------------------------------------------------------------------------
def test_an_approval_taken_back_shuts_the_door_and_can_be_given_again():
    case = make_case()
    decision = approve(case)
    path = token(EMAIL)
    deciding.undo(actor=make_moderator(), decision_id=decision.pk)
    case.refresh_from_db()
    assert case.state == State.WAITING and case.due_at == decision.due_at
    with pytest.raises(links.LinkDead):
        links.set_password(token=path, new="quiet-harbour-81")
    person = people.person_by_email(EMAIL)
    assert not person.is_active and people.memberships(person) == []

    approve(case)
    person.refresh_from_db()
    assert person.is_active and len(people.memberships(person)) == 1


def test_not_after_an_hour_and_not_once_he_is_in():
    case = make_case()
    decision = approve(case)
    Person.objects.filter(email=EMAIL).update(last_login=timezone.now() + timedelta(minutes=1))
    with pytest.raises(deciding.TooLateToUndo):
        deciding.undo(actor=make_moderator(), decision_id=decision.pk)

    other = make_case(number=OTHER_NUMBER, name="Байт ООД", email="b@bait.example")
    refusal = deciding.refuse(actor=make_moderator(), application_id=other.pk, reason="twice", words="")
    Decision.objects.filter(pk=refusal.pk).update(made_at=refusal.made_at - timedelta(minutes=61))
    with pytest.raises(deciding.TooLateToUndo):
        deciding.undo(actor=make_moderator(), decision_id=refusal.pk)


def test_an_admission_taken_back_leaves_no_interest_behind():
    case = make_case(categories=("42122000",))
    decision = approve(case)
    drain()
    with acting(CENTRE):
        assert Interest.objects.count() == 1
    deciding.undo(actor=make_moderator(), decision_id=decision.pk)
    drain()
    with acting(CENTRE):
        assert not Interest.objects.exists()
    # Let in again, it has it again; an undoing that comes late takes nothing from who is in.
    approve(case)
    drain()
    first.forget_interests(AdmissionUndone(company_id=Application.objects.get(pk=case.pk).company_id))
    with acting(CENTRE):
        assert Interest.objects.count() == 1


def test_what_was_refused_goes_after_its_time_with_all_that_was_written_about_it():
    refused = make_case(email="a@pompi.example")
    answered = make_case(number=OTHER_NUMBER, name="Байт ООД", email="b@pompi.example")
    let_in = make_case(email="c@pompi.example")
    moderator = make_moderator()
    deciding.refuse(actor=moderator, application_id=refused.pk, reason="twice", words="Иван се обади.")
    deciding.ask_more(actor=moderator, application_id=answered.pk, reason=next(iter(reasons.ASK)), words="Кой сте?")
    approve(let_in)
    kept = timedelta(days=180)
    assert applying.forget_decided(kept=kept) == 0
    Application.objects.update(decided_at=clock.db_now() - kept)
    assert applying.forget_decided(kept=kept) == 2
    assert applying.forget_decided(kept=kept) == 0
    assert list(Application.objects.values_list("pk", flat=True)) == [let_in.pk]
    assert not Mail.objects.filter(to__in=["a@pompi.example", "b@pompi.example"]).exists()
    assert not CaseNote.objects.exists() and not Decision.objects.exclude(application=let_in).exists()


def test_taken_back_once():
    case = make_case()
    refusal = deciding.refuse(actor=make_moderator(), application_id=case.pk, reason="twice", words="")
    deciding.undo(actor=make_moderator(), decision_id=refusal.pk)
    with pytest.raises(deciding.TooLateToUndo):
        deciding.undo(actor=make_moderator(), decision_id=refusal.pk)


# --- the working day ----------------------------------------------------------------------------
def test_the_head_is_told_before_and_at_the_breach():
    head = make_moderator(StaffRole.HEAD_OF_MODERATORS)
    case = make_case()
    acts = DueAct.objects.filter(subject_id=case.pk)
    assert set(acts.values_list("name", flat=True)) == {applying.DUE_SOON, applying.OVERDUE}
    acts.update(due_at=LONG_AGO)
    clockwork.run_due()
    told = [m.title for m in Message.objects.filter(person_id=head.person_id)]
    assert len(told) == 2 and any(title.startswith("Overdue") for title in told)


def test_the_share_counts_what_is_late_and_what_is_overdue():
    moment = timezone.now()
    assert queries.share_in_time(moment).percent is None
    approve(make_case())
    late = make_case(number=OTHER_NUMBER, name="Байт ООД", email="b@bait.example")
    Application.objects.filter(pk=late.pk).update(due_at=LONG_AGO)
    share = queries.share_in_time(timezone.now() + timedelta(days=1))
    assert (share.total, share.in_time, share.percent) == (2, 1, 50)


def test_checks_show_their_evidence():
    make_here(number="999015558", name="Помпи и тръби Тунжа ЕООД")
    known_names.catch_up()
    shown = {str(check.label): check for check in queries.checks(make_case())}
    assert shown["The register agrees"].verdict == "good"
    assert shown["The person represents the company"].evidence == ("Рангел Кирчев",)
    assert shown["The mail is from the company's domain"].verdict == "good"
    assert "Тунжа" in shown["The name looks like one that is here"].evidence[0]
    second = {
        str(check.label): check for check in queries.checks(make_case(email="x@gmail.com", person_name="Иван Петров"))
    }
    assert EMAIL in second["The number was used before"].evidence[0]
    assert second["The mail is from a free provider"].verdict == second["The register names others"].verdict == "look"


class TestFourEyes:
    @pytest.fixture(autouse=True)
    def _wanted(self, settings):
        settings.REFUSAL_FOUR_EYES = True

    def test_a_refusal_takes_two(self):
        case, first, second = make_case(), make_moderator(), make_moderator()
        assert deciding.refuse(actor=first, application_id=case.pk, reason="twice", words="") is None
        case.refresh_from_db()
        assert case.state == State.WAITING and case.refusal_by_id == first.person_id
        with pytest.raises(deciding.OwnRefusal):
            deciding.confirm_refusal(actor=first, application_id=case.pk)
        # Proposing again is no second pair of eyes.
        assert deciding.refuse(actor=first, application_id=case.pk, reason="silence", words="") is None
        decision = deciding.confirm_refusal(actor=second, application_id=case.pk)
        case.refresh_from_db()
        assert (case.state, decision.reason, decision.by_id) == (State.REFUSED, "silence", second.person_id)
        assert case.refusal_by is None

    def test_a_colleague_may_decide_otherwise(self):
        case, first, second = make_case(), make_moderator(), make_moderator()
        deciding.refuse(actor=first, application_id=case.pk, reason="twice", words="")
        deciding.approve(actor=second, application_id=case.pk)
        case.refresh_from_db()
        assert case.state == State.APPROVED and case.refusal_by is None

    def test_there_must_be_something_to_confirm(self):
        with pytest.raises(NotFound):
            deciding.confirm_refusal(actor=make_moderator(), application_id=make_case().pk)
