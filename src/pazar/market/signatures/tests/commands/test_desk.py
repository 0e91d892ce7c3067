"""The desk: certificates enrolled and ending, rehearsals taken once, readiness told."""

from datetime import timedelta

import pytest
from tests.factories import make_actor

from pazar.ground import clock
from pazar.ground.errors import NotAllowed, NotFound
from pazar.ground.identity.models import Company
from pazar.ground.identity.rules.roles import Role
from pazar.ground.journal.models import Entry
from pazar.ground.messages.models import Message
from pazar.market.signatures import queries
from pazar.market.signatures.commands import certificates, rehearse
from pazar.market.signatures.models import Certificate, Challenge, Rehearsal, ResponderAnswer
from pazar.market.signatures.refusals import (
    CertificateKnown,
    CertificateUnreadable,
    ChallengeOver,
    ChallengeUsed,
    PrivateKeyGiven,
    SignatureTooLarge,
)
from pazar.market.signatures.rules.readiness import State

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner():
    made = make_actor(Role.OWNER)
    Company.objects.filter(pk=made.company_id).update(country="BG", number="131129282")
    return made


def rehearsed(world, actor, label="good", *, content=None, way=Rehearsal.Way.UPLOAD):
    challenge = rehearse.begin(actor=actor)
    signature = world.sign(label, content or challenge.text.encode())
    return rehearse.hand_in(actor=actor, challenge_id=challenge.pk, signature=signature, way=way)


def enrolled(world, actor, label="good"):
    return certificates.enrol(actor=actor, raw=world.pem(label), source=Certificate.Source.PASTED)


class TestEnrolling:
    def test_a_certificate_stands_in_the_list_of_its_company_alone(self, world, owner):
        made = enrolled(world, owner)
        assert (made.name, made.organisation_numbers) == ("Иван Иванов", [["BG", "131129282"]])
        assert list(queries.certificates(owner)) == [made]
        stranger = make_actor(Role.OWNER)
        assert list(queries.certificates(stranger)) == []
        with pytest.raises(NotFound):
            queries.certificate(stranger, made.pk)

    def test_a_chain_enrols_the_persons_own(self, world, owner):
        raw = world.pem("root") + world.pem("interm") + world.pem("good")
        made = certificates.enrol(actor=owner, raw=raw, source=Certificate.Source.UPLOADED)
        assert made.name == "Иван Иванов"

    def test_one_certificate_is_enrolled_once_by_each_person(self, world, owner):
        enrolled(world, owner)
        with pytest.raises(CertificateKnown):
            enrolled(world, owner)

    def test_a_key_is_never_taken(self, world, owner):
        raw = (world.folder / "good.pem").read_bytes()
        with pytest.raises(PrivateKeyGiven):
            certificates.enrol(actor=owner, raw=raw, source=Certificate.Source.PASTED)

    @pytest.mark.parametrize("raw", [b"", b"nothing", b"-----BEGIN CERTIFICATE-----\n%%\n-----END CERTIFICATE-----"])
    def test_what_is_no_certificate_is_refused(self, owner, raw):
        with pytest.raises(CertificateUnreadable):
            certificates.enrol(actor=owner, raw=raw, source=Certificate.Source.PASTED)

    def test_it_is_taken_off_by_its_person_or_an_owner(self, world, owner):
        made = enrolled(world, owner)
        colleague = make_actor(Role.READER, company=Company.objects.get(pk=owner.company_id))
        with pytest.raises(NotAllowed):
            certificates.remove(actor=colleague, certificate=made)
        certificates.remove(actor=owner, certificate=made)
        assert list(queries.certificates(owner)) == []


class TestRehearsing:
    def test_a_good_one_certifies_readiness_and_enrols_its_certificate(self, trusting, owner):
        made = rehearsed(trusting, owner)
        assert made.is_good
        assert made.good_until == made.made_at + timedelta(days=180)
        ready = queries.readiness_of(owner.company_id)
        assert (ready.state, ready.until) == (State.GOOD, made.good_until)
        assert [one.source for one in queries.certificates(owner)] == ["rehearsed"]
        assert Entry.objects.filter(subject_id=made.pk).count() == 1

    def test_a_failed_one_says_why_and_certifies_nothing(self, trusting, owner):
        made = rehearsed(trusting, owner, "other")
        assert not made.is_good
        told = [one["code"] for one in made.report["signers"][0]["verdicts"] if one["state"] == "bad"]
        assert told == ["organisation-other"]
        assert queries.readiness_of(owner.company_id).state is State.FAILED
        assert list(queries.certificates(owner)) == []

    def test_nobody_who_never_tried_is_ready(self, owner):
        assert queries.readiness_of(owner.company_id).state is State.NEVER

    def test_an_old_signature_is_refused_in_a_new_rehearsal(self, trusting, owner):
        first = rehearsed(trusting, owner)
        challenge = rehearse.begin(actor=owner)
        again = rehearse.hand_in(
            actor=owner, challenge_id=challenge.pk, signature=bytes(first.signature), way=Rehearsal.Way.UPLOAD
        )
        assert not again.is_good
        assert "document-altered" in {one["code"] for one in again.report["signers"][0]["verdicts"]}

    def test_a_text_is_taken_once(self, trusting, owner):
        made = rehearsed(trusting, owner)
        with pytest.raises(ChallengeUsed):
            rehearse.hand_in(
                actor=owner,
                challenge_id=made.challenge_id,
                signature=bytes(made.signature),
                way=Rehearsal.Way.UPLOAD,
            )
        assert Rehearsal.objects.count() == 1

    def test_a_text_is_taken_for_a_day(self, trusting, owner):
        challenge = rehearse.begin(actor=owner)
        Challenge.objects.update(expires_at=clock.db_now())
        signature = trusting.sign("good", challenge.text.encode())
        with pytest.raises(ChallengeOver):
            rehearse.hand_in(actor=owner, challenge_id=challenge.pk, signature=signature, way=Rehearsal.Way.UPLOAD)

    def test_a_colleagues_text_is_nobody_elses(self, trusting, owner):
        challenge = rehearse.begin(actor=owner)
        colleague = make_actor(Role.OWNER, company=Company.objects.get(pk=owner.company_id))
        with pytest.raises(NotFound):
            rehearse.hand_in(actor=colleague, challenge_id=challenge.pk, signature=b"x", way=Rehearsal.Way.UPLOAD)

    @pytest.mark.parametrize("raw", [b"", b"noise", b"\x30\x80" * 1000, b"%PDF-1.7 nothing"])
    def test_whatever_is_handed_in_gets_its_report(self, trusting, owner, raw):
        challenge = rehearse.begin(actor=owner)
        made = rehearse.hand_in(actor=owner, challenge_id=challenge.pk, signature=raw, way=Rehearsal.Way.UPLOAD)
        assert (made.is_good, made.report["outcome"]) == (False, "unreadable")

    def test_a_huge_file_is_refused(self, owner):
        challenge = rehearse.begin(actor=owner)
        with pytest.raises(SignatureTooLarge):
            rehearse.hand_in(
                actor=owner,
                challenge_id=challenge.pk,
                signature=b"0" * (rehearse.MOST_BYTES + 1),
                way=Rehearsal.Way.UPLOAD,
            )

    def test_answers_are_kept_for_all_nodes(self, trusting, owner):
        rehearsed(trusting, owner)
        asked = len(trusting.asked)
        assert ResponderAnswer.objects.count() == 2
        rehearsed(trusting, owner)
        assert len(trusting.asked) == asked

    def test_taking_the_certificate_off_ends_readiness(self, trusting, owner):
        rehearsed(trusting, owner)
        certificates.remove(actor=owner, certificate=queries.certificates(owner)[0])
        assert queries.readiness_of(owner.company_id).state is State.OLD


class TestEnds:
    def _told(self):
        certificates.one_round()
        return Message.objects.count()

    def test_a_certificate_is_told_of_at_sixty_thirty_and_seven_days_once_each(self, world, owner):
        made = enrolled(world, owner)
        counts = []
        for days in (61, 59, 58, 29, 6, 5, -1):
            Certificate.objects.filter(pk=made.pk).update(not_after=clock.db_now() + timedelta(days=days))
            counts.append(self._told())
        assert counts == [0, 1, 1, 2, 3, 3, 3]

    def test_readiness_is_told_of_seven_days_before_its_end(self, trusting, owner):
        rehearsed(trusting, owner)
        Rehearsal.objects.update(good_until=clock.db_now() + timedelta(days=8))
        assert self._told() == 0
        Rehearsal.objects.update(good_until=clock.db_now() + timedelta(days=6))
        assert self._told() == 1
        assert self._told() == 1

    def test_texts_that_nobody_signed_are_forgotten(self, owner):
        rehearse.begin(actor=owner)
        Challenge.objects.update(made_at=clock.db_now() - timedelta(days=3))
        certificates.one_round()
        assert not Challenge.objects.exists()
