import json
import threading
from datetime import timedelta

import pytest
from django.db import connection, transaction
from tests.factories import actor_of, make_actor, make_company, make_person

from pazar import events
from pazar.ground import clock
from pazar.ground.errors import Invalid, NotAllowed, NotFound
from pazar.ground.identity.rules.roles import Role
from pazar.ground.jobs.models import DueAct
from pazar.ground.journal.models import Entry
from pazar.ground.outbox.models import Event
from pazar.market.procedures import queries
from pazar.market.procedures.commands import drafts, publish
from pazar.market.procedures.models import Lot, Procedure, ReferenceNumber, Version
from pazar.market.procedures.refusals import NotNow, RegimeBroken
from pazar.market.procedures.rules import versions
from pazar.market.procedures.tests.factories import LOT, make_buyer, make_draft, make_facts, make_procedure

pytestmark = pytest.mark.django_db


def told(kind):
    return Event.objects.filter(kind=kind.__name__).count()


def test_a_draft_is_kept_whole_and_found_by_its_words():
    draft = make_draft()
    facts = make_facts(closes_at=draft.closes_at)
    assert versions.diff(versions.content(_without_ids(queries.facts(draft))), versions.content(facts)) == ()
    assert {"кабел", "доставка", "ремонт"} <= set(Lot.objects.get().lemmas)
    assert (draft.cpv, draft.regions, draft.reference) == (["31321000"], ["BG411"], "")


def _without_ids(facts):
    from dataclasses import replace

    lots = tuple(replace(lot, id=None, items=tuple(replace(i, id=None) for i in lot.items)) for lot in facts.lots)
    return replace(facts, lots=lots)


def test_saving_keeps_ids_moves_numbers_and_takes_out_what_is_left_out():
    from dataclasses import replace

    buyer = make_buyer()
    draft = make_draft(buyer, lots=(LOT, replace(LOT, title="Втора"), replace(LOT, title="Трета")))
    _first, second, third = queries.facts(draft).lots
    drafts.save_draft(
        actor=buyer, procedure_id=draft.pk, facts=replace(queries.facts(draft), lots=(third, replace(second, items=())))
    )
    kept = queries.lots(draft.pk)
    assert [(lot.pk, lot.number, lot.title) for lot in kept] == [(third.id, "1", "Трета"), (second.id, "2", "Втора")]
    assert kept[0].items.get().pk == third.items[0].id
    assert not kept[1].items.exists()


def test_an_id_of_somebody_elses_lot_is_no_way_to_it():
    from dataclasses import replace

    theirs = make_draft()
    (foreign,) = queries.facts(theirs).lots
    buyer = make_buyer()
    mine = make_draft(buyer)
    drafts.save_draft(
        actor=buyer, procedure_id=mine.pk, facts=replace(queries.facts(mine), lots=(replace(foreign, title="Моя"),))
    )
    assert queries.lots(theirs.pk)[0].title == LOT.title
    assert queries.lots(mine.pk)[0].pk != foreign.id


def test_what_no_draft_may_hold_is_named_field_by_field():
    from dataclasses import replace
    from decimal import Decimal

    bad_item = replace(LOT.items[0], quantity=Decimal(-1), cpv="99999999")
    with pytest.raises(Invalid) as refused:
        make_draft(
            kind="auction", regime="moon", currency="XYZ1", value_amount=Decimal(-1), title="a\x00",
            lots=(replace(LOT, cpv=("00000001",), items=(bad_item,)),),
        )  # fmt: skip
    assert set(refused.value.fields) == {
        "kind", "regime", "currency", "value_amount", "title", "lots.1.cpv",
        "lots.1.items.1.quantity", "lots.1.items.1.cpv",
    }  # fmt: skip
    assert not Procedure.objects.exists()


def test_only_a_buyer_of_the_company_reaches_its_draft():
    buyer = make_buyer()
    draft = make_draft(buyer)
    seller = make_actor(Role.SALES_MANAGER, company=_company(buyer))
    with pytest.raises(NotAllowed):
        publish.publish_procedure(actor=seller, procedure_id=draft.pk)
    stranger = make_buyer()
    for act in (publish.publish_procedure, drafts.remove_draft):
        with pytest.raises(NotFound):
            act(actor=stranger, procedure_id=draft.pk)
    with pytest.raises(NotFound):
        drafts.save_draft(actor=stranger, procedure_id=draft.pk, facts=make_facts())
    with pytest.raises(NotFound):
        queries.procedure_for(stranger, draft.pk)
    with pytest.raises(NotAllowed):
        drafts.create_draft(actor=seller, facts=make_facts())


def _company(actor):
    from pazar.ground.identity import queries as people

    return people.company(actor.company_id)


def test_publication_gives_reference_version_end_journal_and_event():
    buyer = make_buyer()
    draft = make_draft(buyer)
    published = publish.publish_procedure(actor=buyer, procedure_id=draft.pk)
    year = published.published_at.year
    assert published.reference == f"PZ-{year}-000001"
    assert (published.state, published.version) == ("published", 1)
    assert published.enquiries_close_at == published.closes_at - timedelta(days=1)
    version = Version.objects.get()
    assert versions.facts(version.content).title == draft.title
    assert version.content["lots"][0]["id"] == str(queries.lots(draft.pk)[0].pk)
    assert DueAct.objects.get(name="close_procedure", subject_id=draft.pk).due_at == published.closes_at
    assert told(events.ProcedurePublished) == 1
    kinds = [json.loads(bytes(e.payload.content))["kind"] for e in Entry.objects.filter(subject_id=draft.pk)]
    assert {"procedure.drafted", "procedure.published"} <= set(kinds)
    assert make_procedure(buyer).reference == f"PZ-{year}-000002"


def test_publishing_twice_is_publishing_once():
    buyer = make_buyer()
    procedure = make_procedure(buyer)
    again = publish.publish_procedure(actor=buyer, procedure_id=procedure.pk)
    assert (again.reference, again.published_at) == (procedure.reference, procedure.published_at)
    assert (told(events.ProcedurePublished), Version.objects.count()) == (1, 1)


def test_what_breaks_its_regime_stays_a_draft_and_takes_no_number():
    buyer = make_buyer()
    draft = make_draft(buyer, closes_at=clock.db_now() + timedelta(days=1), title="")
    with pytest.raises(RegimeBroken) as refused:
        publish.publish_procedure(actor=buyer, procedure_id=draft.pk)
    assert [breach.rule for breach in refused.value.breaches] == ["title_missing", "minimum_days"]
    short = refused.value.breaches[1]
    assert short.clause == "Centre's rules for commercial procedures, 2(a)"
    assert "7 days" in short.why
    assert str(refused.value.fields["closes_at"]).startswith(short.what)
    draft.refresh_from_db()
    assert (draft.state, draft.reference) == ("draft", "")
    assert not ReferenceNumber.objects.exists()
    assert told(events.ProcedurePublished) == 0


def test_a_number_is_given_back_when_the_publication_fails():
    buyer = make_buyer()
    draft = make_draft(buyer)
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        publish.publish_procedure(actor=buyer, procedure_id=draft.pk)
        1 / 0  # noqa: B018
    assert make_procedure(buyer).reference.endswith("-000001")


def test_a_holder_of_the_seal_is_one_of_the_buyers_people():
    buyer = make_buyer()
    outsider = make_person(make_company(), Role.OWNER)
    with pytest.raises(Invalid) as refused:
        make_draft(buyer, seal="server_and_person", seal_person_id=outsider.pk)
    assert set(refused.value.fields) == {"seal_person"}
    draft = make_draft(buyer, seal="server_and_person", seal_person_id=buyer.person_id)
    with pytest.raises(RegimeBroken) as broken:
        publish.publish_procedure(actor=buyer, procedure_id=draft.pk)
    assert [breach.rule for breach in broken.value.breaches] == ["seal_person_without_key"]
    from pazar.ground.identity.models import SealingKey
    from pazar.market.bids.rules import xwing

    # What listens to the publication seals to this key: it has to be a real one.
    public_key = xwing.PrivateKey(seed=bytes(32)).public_bytes
    SealingKey.objects.create(person_id=buyer.person_id, public_key=public_key, fingerprint="x", made_at=clock.db_now())
    assert publish.publish_procedure(actor=buyer, procedure_id=draft.pk).state == "published"


def test_a_published_procedure_is_no_draft_any_more():
    buyer = make_buyer()
    procedure = make_procedure(buyer)
    with pytest.raises(NotNow):
        drafts.save_draft(actor=buyer, procedure_id=procedure.pk, facts=make_facts())
    with pytest.raises(NotNow):
        drafts.remove_draft(actor=buyer, procedure_id=procedure.pk)


def test_a_removed_draft_is_gone_with_its_lots():
    buyer = make_buyer()
    draft = make_draft(buyer)
    drafts.remove_draft(actor=buyer, procedure_id=draft.pk)
    assert not Procedure.objects.exists()
    assert not Lot.objects.exists()


def test_a_copy_says_the_same_but_its_times():
    buyer = make_buyer()
    procedure = make_procedure(buyer)
    copied = drafts.copy_draft(actor=buyer, procedure_id=procedure.pk)
    assert (copied.title, copied.closes_at, copied.state) == (procedure.title, None, "draft")
    assert queries.lots(copied.pk)[0].pk != queries.lots(procedure.pk)[0].pk
    with pytest.raises(NotFound):
        drafts.copy_draft(actor=make_buyer(), procedure_id=procedure.pk)


@pytest.mark.django_db(transaction=True)
def test_procedures_published_at_once_get_numbers_without_gaps_and_each_only_one():
    person = make_person(company := make_company(), Role.BUYER)
    buyer = actor_of(person, company)
    ids = [make_draft(buyer).pk for _ in range(4)]
    faults = []
    start = threading.Barrier(8)

    def run(procedure_id):
        try:
            start.wait(10)
            publish.publish_procedure(actor=buyer, procedure_id=procedure_id)
        except Exception as fault:
            faults.append(fault)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(pk,)) for pk in ids * 2]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert faults == []
    references = sorted(Procedure.objects.values_list("reference", flat=True))
    assert [reference[-6:] for reference in references] == ["000001", "000002", "000003", "000004"]
    assert (told(events.ProcedurePublished), Version.objects.count()) == (4, 4)
