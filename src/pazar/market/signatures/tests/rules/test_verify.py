"""Each verdict of A5 against real certificates, with responders that really answer, or really don't."""

import datetime as dt

import pytest
from asn1crypto import cms

from pazar.ground.net.fetching import networks
from pazar.market.signatures.adapters.responders import Memory, Responders
from pazar.market.signatures.rules import stored
from pazar.market.signatures.rules.kept import KeptChains
from pazar.market.signatures.rules.revocation import Mode
from pazar.market.signatures.rules.trust import TrustStore
from pazar.market.signatures.rules.verdicts import Check, Outcome, State
from pazar.market.signatures.rules.verify import verify
from pazar.market.signatures.tests.world import LOOPBACK, NOW

DOCUMENT = "Оферта за 1 200 стола\n".encode()


def states(report):
    """State and code by check; of several the worst."""
    found = {}
    for verdict in report.all_verdicts():
        before = found.get(verdict.check)
        if before is None or before[0] is not State.BAD:
            found[verdict.check] = (verdict.state, verdict.code)
    return found


def test_a_good_signature_has_no_fault_and_no_doubt(world):
    report = verify(DOCUMENT, world.sign("good", DOCUMENT), world.ask())
    assert report.outcome is Outcome.VALID
    told = states(report)
    assert told.pop(Check.STAMP) == (State.NOTE, "stamp-none")
    assert {state for state, _code in told.values()} == {State.GOOD}
    assert set(told) == set(Check) - {Check.STAMP}
    signer = report.signers[0]
    assert (signer.level, signer.holder.name, signer.holder.organisation_numbers) == (
        "B",
        "Иван Иванов",
        (("BG", "131129282"),),
    )


@pytest.mark.parametrize(
    ("label", "check", "code"),
    [
        ("expired", Check.DATES, "dates-expired"),
        ("early", Check.DATES, "dates-not-yet"),
        ("revoked", Check.REVOCATION, "revocation-revoked"),
        ("listed", Check.REVOCATION, "revocation-revoked"),
        ("held", Check.REVOCATION, "revocation-on-hold"),
        ("cipher", Check.USAGE, "usage-wrong"),
        ("site", Check.USAGE, "usage-purpose-wrong"),
        ("other", Check.ORGANISATION, "organisation-other"),
        ("strange", Check.CHAIN, "chain-unknown-authority"),
        ("sha1", Check.ALGORITHMS, "algorithms-weak-certificate"),
        ("weak", Check.ALGORITHMS, "algorithms-weak-certificate"),
    ],
)
def test_each_fault_is_told_and_no_other(world, label, check, code):
    report = verify(DOCUMENT, world.sign(label, DOCUMENT), world.ask())
    assert report.outcome is Outcome.NOT_VALID
    assert [(one.check, one.code) for one in report.all_verdicts() if one.state is State.BAD] == [(check, code)]


def test_weak_things_are_named(world):
    told = {
        label: verify(DOCUMENT, world.sign(label, DOCUMENT), world.ask()).signers[0].verdicts
        for label in ("sha1", "weak")
    }
    names = {label: [one.facts["names"] for one in told[label] if one.check is Check.ALGORITHMS] for label in told}
    assert names == {"sha1": ["SHA-1"], "weak": ["RSA-1024"]}


def test_a_digest_by_sha1_or_md5_is_named(world):
    for digest, written in (("sha1", "SHA-1"), ("md5", "MD5")):
        report = verify(DOCUMENT, world.sign("good", DOCUMENT, digest=digest), world.ask())
        assert [one.facts["names"] for one in report.all_verdicts() if one.code == "algorithms-weak"] == [written]


def test_a_list_of_revoked_ones_is_asked_where_there_is_no_responder(world):
    report = verify(DOCUMENT, world.sign("crl", DOCUMENT), world.ask())
    found = next(one for one in report.all_verdicts() if one.check is Check.REVOCATION)
    assert (found.code, found.facts["by"]) == ("revocation-good", "CRL")


def test_a_silent_responder_is_forgiven_or_not_as_the_regime_says(world):
    signature = world.sign("silent", DOCUMENT)
    soft = verify(DOCUMENT, signature, world.ask(mode=Mode.SOFT))
    hard = verify(DOCUMENT, signature, world.ask(mode=Mode.HARD))
    assert states(soft)[Check.REVOCATION] == (State.UNKNOWN, "revocation-silent")
    assert states(hard)[Check.REVOCATION] == (State.BAD, "revocation-silent")
    assert (soft.outcome, hard.outcome) == (Outcome.VALID, Outcome.NOT_VALID)


def test_nobody_is_asked_inside_unless_it_is_allowed(world):
    asked = len(world.asked)
    report = verify(DOCUMENT, world.sign("good", DOCUMENT), world.ask(responders=Responders(Memory())))
    assert states(report)[Check.REVOCATION] == (State.UNKNOWN, "revocation-inside")
    assert len(world.asked) == asked


def test_an_answer_is_asked_once_and_kept(world):
    responders = Responders(Memory(), inside=networks([LOOPBACK]))
    ask = world.ask(responders=responders)
    verify(DOCUMENT, world.sign("good", DOCUMENT), ask)
    asked = len(world.asked)
    again = verify(DOCUMENT, world.sign("good", DOCUMENT), ask)
    assert states(again)[Check.REVOCATION] == (State.GOOD, "revocation-good")
    assert len(world.asked) == asked


def test_a_chain_that_was_judged_a_moment_ago_is_judged_alike(world):
    ask = world.ask(chains=KeptChains())
    first = [verify(DOCUMENT, world.sign(label, DOCUMENT), ask).codes for label in ("good", "revoked")]
    asked = len(world.asked)
    second = [verify(DOCUMENT, world.sign(label, DOCUMENT), ask).codes for label in ("good", "revoked")]
    assert first == second
    assert "revocation-revoked" in second[1]
    assert len(world.asked) == asked


def test_an_issuer_that_was_left_out_breaks_the_chain(world):
    report = verify(DOCUMENT, world.sign("good", DOCUMENT, chain=False), world.ask())
    found = next(one for one in report.all_verdicts() if one.check is Check.CHAIN)
    assert (found.code, dict(found.facts)) == ("chain-incomplete", {"issuer": "Test issuer", "subject": "Иван Иванов"})


def test_nobody_is_trusted_unless_named(world):
    report = verify(DOCUMENT, world.sign("good", DOCUMENT), world.ask(trust=TrustStore()))
    assert states(report)[Check.CHAIN] == (State.BAD, "chain-nobody-trusted")


def test_an_altered_document_is_the_documents_fault_alone(world):
    report = verify(DOCUMENT + b".", world.sign("good", DOCUMENT), world.ask())
    assert [one.code for one in report.all_verdicts() if one.state is State.BAD] == ["document-altered"]


def test_a_changed_signature_is_the_signatures_fault(world):
    info = cms.ContentInfo.load(world.sign("good", DOCUMENT))
    value = bytearray(info["content"]["signer_infos"][0]["signature"].native)
    value[20] ^= 1
    info["content"]["signer_infos"][0]["signature"] = bytes(value)
    report = verify(DOCUMENT, info.dump(force=True), world.ask())
    assert states(report)[Check.SIGNATURE] == (State.BAD, "signature-wrong")


def test_a_certificate_that_names_no_company_is_told_and_refused_where_it_must_name_one(world):
    signature = world.sign("nobody", DOCUMENT)
    assert states(verify(DOCUMENT, signature, world.ask()))[Check.ORGANISATION] == (State.NOTE, "organisation-none")
    strict = verify(DOCUMENT, signature, world.ask(organisation_needed=True))
    assert states(strict)[Check.ORGANISATION] == (State.BAD, "organisation-none")


def test_a_number_in_the_old_form_is_the_companys(world):
    report = verify(DOCUMENT, world.sign("numbered", DOCUMENT), world.ask())
    assert states(report)[Check.ORGANISATION] == (State.GOOD, "organisation-same")


def test_a_stamp_makes_level_t_and_proves_when(world):
    report = verify(DOCUMENT, world.sign("good", DOCUMENT, stamper=world.stamper()), world.ask(stamp_needed=True))
    assert (report.outcome, report.signers[0].level) == (Outcome.VALID, "T")
    assert states(report)[Check.STAMP] == (State.GOOD, "stamp-good")


def test_a_signature_stamped_before_it_was_revoked_stays_good(world):
    before = NOW - dt.timedelta(days=10)
    stamped = verify(DOCUMENT, world.sign("revoked", DOCUMENT, stamper=world.stamper(before)), world.ask())
    assert stamped.outcome is Outcome.VALID
    assert states(stamped)[Check.REVOCATION] == (State.NOTE, "revocation-later")
    after = NOW - dt.timedelta(days=1)
    late = verify(DOCUMENT, world.sign("revoked", DOCUMENT, stamper=world.stamper(after)), world.ask())
    assert states(late)[Check.REVOCATION] == (State.BAD, "revocation-revoked")


def test_a_signature_stamped_in_its_dates_outlives_its_certificate(world):
    then = NOW - dt.timedelta(days=100)
    report = verify(DOCUMENT, world.sign("expired", DOCUMENT, stamper=world.stamper(then)), world.ask())
    assert states(report)[Check.DATES] == (State.GOOD, "dates-good")


def test_a_stamp_by_somebody_unknown_counts_for_nothing(world):
    trust = TrustStore(tuple(anchor for anchor in world.trust.anchors))
    stranger = world.stamper(NOW - dt.timedelta(days=100), label="good")
    report = verify(DOCUMENT, world.sign("expired", DOCUMENT, stamper=stranger), world.ask(trust=trust))
    assert states(report)[Check.STAMP][0] is State.BAD
    assert states(report)[Check.DATES] == (State.BAD, "dates-expired")


def test_a_stamp_of_another_signature_is_refused(world):
    stamped = cms.ContentInfo.load(world.sign("good", DOCUMENT, stamper=world.stamper()))
    other = cms.ContentInfo.load(world.sign("good", b"another", stamper=world.stamper()))
    stamped["content"]["signer_infos"][0]["unsigned_attrs"] = other["content"]["signer_infos"][0]["unsigned_attrs"]
    report = verify(DOCUMENT, stamped.dump(force=True), world.ask())
    assert states(report)[Check.STAMP] == (State.BAD, "stamp-of-other")


def test_plain_cms_is_told_and_not_refused(world):
    report = verify(DOCUMENT, world.sign("good", DOCUMENT, plain=True), world.ask())
    assert report.outcome is Outcome.VALID
    assert report.signers[0].level in ("", "B")


def test_each_of_several_signers_is_judged(world):
    one = cms.ContentInfo.load(world.sign("good", DOCUMENT))
    other = cms.ContentInfo.load(world.sign("expired", DOCUMENT))
    one["content"]["signer_infos"].append(other["content"]["signer_infos"][0])
    for certificate in other["content"]["certificates"]:
        one["content"]["certificates"].append(certificate)
    report = verify(DOCUMENT, one.dump(force=True), world.ask())
    assert [signer.is_good for signer in report.signers] == [True, False]
    assert report.outcome is Outcome.NOT_VALID


def test_a_signature_with_its_document_inside_may_be_given_alone_or_with_it(world):
    inside = world.sign("good", DOCUMENT, detached=False)
    assert verify(inside, None, world.ask()).outcome is Outcome.VALID
    assert verify(DOCUMENT, inside, world.ask()).outcome is Outcome.VALID
    assert "document-differs" in verify(b"another", inside, world.ask()).codes


def test_a_signature_over_a_signature_has_to_hold_in_each_layer(world):
    nested = world.sign("good", world.sign("expired", DOCUMENT, detached=False), detached=False)
    report = verify(nested, None, world.ask())
    assert [(signer.depth, signer.is_good) for signer in report.signers] == [(0, True), (1, False)]


def test_the_two_files_may_be_given_in_either_order(world):
    assert verify(world.sign("good", DOCUMENT), DOCUMENT, world.ask()).outcome is Outcome.VALID


def test_an_empty_document_can_be_signed(world):
    assert verify(b"", world.sign("good", b""), world.ask()).outcome is Outcome.VALID


def test_a_report_is_kept_and_read_again(world):
    report = verify(DOCUMENT, world.sign("revoked", DOCUMENT, stamper=world.stamper()), world.ask())
    again = stored.from_json(stored.to_json(report))
    assert stored.to_json(again) == stored.to_json(report)
    assert again.outcome is report.outcome
    with pytest.raises(ValueError, match="format"):
        stored.from_json(stored.to_json(report) | {"format": "another"})
