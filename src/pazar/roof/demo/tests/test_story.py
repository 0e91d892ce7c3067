"""The story is told whole, once, by real acts; what it promises is there."""

from collections import Counter

import pytest
from django.test import Client
from django.urls import reverse

from pazar.ground import clock
from pazar.ground.codes.numbers import canonical_number
from pazar.ground.identity import queries as people
from pazar.ground.identity.rules.actor import CENTRE
from pazar.ground.identity.scope import acting
from pazar.ground.messages.models import Mail
from pazar.ground.outbox.models import Event
from pazar.ground.people.commands import approvals
from pazar.market.bids import queries as bids
from pazar.market.bids.rules import holders, personal_key
from pazar.market.companies import queries as registrations
from pazar.market.procedures import queries as procedures
from pazar.market.procedures.models import Procedure
from pazar.roof.demo import cast, holder, queries
from pazar.roof.demo.commands import story
from pazar.roof.demo.length import LENGTH
from pazar.sales.pipeline.models import Deal

State = Procedure.State


@pytest.fixture
def told(db):
    began = clock.db_now()
    assert story.seed()
    return began


def actor(email: str):
    return people.actor_for(people.person_by_email(email))


def test_numbers_are_what_a_register_would_take():
    for company in cast.COMPANIES:
        number = canonical_number(company.country, company.number)
        assert number is not None, company.name
        assert number.canonical.removeprefix("AT").endswith(company.number.removeprefix("U"))
    assert len({company.number for company in cast.COMPANIES}) == len(cast.COMPANIES) == 12


def test_the_story_keeps_its_promises(told, client: Client):
    # its end, and that it is told once
    assert clock.db_now() >= told + LENGTH
    entries = Event.objects.count()
    assert not story.seed()
    assert Event.objects.count() == entries

    # Three registrations wait for the moderator, each of another kind, none of them late.
    waiting = registrations.queue(actor("boris@pazar.example"))
    assert [case.checked for case in waiting] == ["agrees", "agrees", "unknown"]
    assert all(case.due_at > clock.db_now() for case in waiting)
    looks_like = [c.evidence for c in registrations.checks(waiting[1]) if c.verdict == "bad"]
    assert any("Медна жица АД" in line for evidence in looks_like for line in evidence)

    own = Procedure.objects.filter(origin="own")
    assert Counter(own.values_list("state", flat=True)) == {
        State.DRAFT: 2,
        State.PUBLISHED: 5,
        State.CLOSED: 1,
        State.OPENED: 1,
        State.AWARDED: 2,
        State.CANCELLED: 1,
    }
    assert own.get(title__startswith="Медицински").version == 2
    assert own.filter(seal="server_and_person").count() == 1

    # real notices: some open again, each with the dates of its source
    outside = Procedure.objects.filter(origin="outside")
    moment = clock.db_now()
    assert 1900 < outside.count() < 2100
    still_open = outside.filter(state=State.PUBLISHED, closes_at__gt=moment)
    assert 120 <= still_open.count() <= 160
    moved = [notice for notice in still_open if notice.source_closes_at != notice.closes_at]
    assert len(moved) >= 120
    for notice in moved:
        assert notice.source_closes_at < notice.closes_at
        assert notice.published_at < moment
        assert notice.source_published_on.year < 2024

    # a draft with exactly one breach left, a supplier with one item left
    draft, waits = own.filter(state=State.DRAFT).order_by("created_at")
    facts = procedures.facts(draft)
    assert len(procedures.breaches(facts, moment=moment, buyer_id=draft.buyer_id)) == 1

    # one that keeps all rules and waits for the hospital's owner alone
    assert procedures.breaches(procedures.facts(waits), moment=moment, buyer_id=waits.buyer_id) == ()
    anton = actor("anton@svetikozma.example")
    with acting(anton):
        asked = approvals.approvals_of(anton)
        assert [one.subject_id for one in asked if approvals.may_decide(anton, one)] == [waits.pk]
    nadya = actor("nadya@mednajica.example")
    with acting(nadya):
        bid = bids.bid_on(nadya, own.get(title__startswith="Кабели ниско").pk)
        ready = bids.readiness_of(nadya, bid, bids.asked(bid.procedure), moment=moment)
    assert ready.count - ready.done == 1

    # what happened was told, and stands in the desks
    assert Mail.objects.exists()
    with acting(CENTRE):
        stages = Counter(Deal.objects.values_list("stage", flat=True))
    assert stages["won"] >= 2
    assert stages["lost"] >= 2
    assert stages["proposal"] >= 2

    # anybody may be become, and finds his page
    groups = queries.cast()
    assert [group.company for group in groups[:12]] == [company.name for company in cast.COMPANIES]
    for group in groups:
        for part in group.parts:
            client.post(reverse("demo:become"), {"person": str(part.person.pk)})
            assert client.get("/").status_code == 200
    assert (
        client.get(reverse("demo:people")).content.decode().count("demo/become")
        == sum(len(g.parts) for g in groups) - 1
    )

    # the second key of the sealed box is anybody's here
    main = Procedure.objects.get(seal="server_and_person")
    listed = bids.holders_of(bids.box(main.pk)).holders
    person = next(one for one in listed.holders if one.kind is holders.HolderKind.PERSON)
    file = client.get(reverse("demo:key")).content
    opened = personal_key.unlock(file, passphrase=cast.PASSWORD)
    assert opened.public_bytes == person.public_key == holder.key().public_bytes


def test_a_real_centre_hears_no_story(db, monkeypatch):
    from pazar.ground.console import Trouble
    from pazar.ground.errors import NotFound
    from pazar.roof.demo.cli import prepare

    monkeypatch.setattr(queries, "is_demo", lambda: False)
    with pytest.raises(NotFound):
        story.seed()
    with pytest.raises(Trouble):
        prepare()
    assert people.person_by_email(cast.STAFF[0].email) is None
