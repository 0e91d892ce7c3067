from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st
from tests.factories import make_person

from pazar.ground.errors import NotFound
from pazar.ground.identity.queries import actor_for
from pazar.ground.identity.rules.roles import StaffRole
from pazar.ground.messages import commands, kinds
from pazar.ground.messages.commands import bounces
from pazar.ground.messages.models import Bounce, Mail, Suppression
from pazar.ground.messages.rules import reports, standing
from pazar.ground.messages.rules.reports import Kind
from pazar.ground.messages.tests.reports import complaint, undelivered


@pytest.fixture
def mail(db, monkeypatch):
    monkeypatch.setattr(kinds, "_KINDS", {})
    kinds.register(kinds.Kind(key="test_kind", label="Things of a test"))
    person = make_person(email="maria@example.net")
    commands.tell(
        person_ids=[person.pk],
        kind="test_kind",
        once="thing",
        path="/market/",
        render=lambda _language: commands.Told(title="A thing"),
    )
    Mail.objects.update(state="sent")
    return Mail.objects.get()


def test_a_hard_bounce_ends_mails_to_its_address_once(mail):
    raw = undelivered(mail)
    assert bounces.take_report(raw) == bounces.Taken(reports=1, ended=1)
    assert bounces.take_report(raw) == bounces.Taken(reports=1)
    mail.refresh_from_db()
    assert (mail.state, Bounce.objects.count()) == ("returned", 1)
    ended = Suppression.objects.get()
    assert (ended.address, ended.why) == ("maria@example.net", "hard")


def test_a_report_is_known_by_the_address_it_came_to(mail):
    raw = undelivered(mail, to=f"bounces+{mail.pk.hex}@example.org").replace(b"Message-ID: <", b"Message-ID: <x")
    assert bounces.take_report(raw).ended == 1


def test_a_report_on_no_mail_of_ours_is_kept_and_ends_nothing(mail):
    raw = undelivered(mail).replace(b"Message-ID: <", b"Message-ID: <x")
    assert bounces.take_report(raw) == bounces.Taken(reports=1, unknown=1)
    assert (Bounce.objects.get().mail, Suppression.objects.count()) == (None, 0)


def test_a_late_mail_and_a_delivered_one_end_nothing(mail):
    for action in ("delayed", "delivered", "relayed"):
        assert bounces.take_report(undelivered(mail, action=action, status="4.4.1")).ended == 0
    mail.refresh_from_db()
    assert mail.state == "sent"


def test_soft_bounces_end_it_when_they_are_many_on_several_days(mail):
    for n in range(standing.SOFT_MOST):
        assert not Suppression.objects.exists()
        bounces.take_report(undelivered(mail, status="5.2.2", words=f"full {n}"))
        Bounce.objects.filter(words__endswith=f"full {n}").update(
            came_at=datetime.now(UTC) - timedelta(days=10 - 2 * n)
        )
    # All but the last came at least two days apart.
    assert Suppression.objects.get().why == "soft"


def test_a_complaint_ends_it_and_praise_does_not(mail):
    assert bounces.take_report(complaint(mail, kind="not-spam")).ended == 0
    assert bounces.take_report(complaint(mail)).ended == 1
    assert Suppression.objects.get().why == "complaint"


def test_an_operator_lifts_it_and_nobody_else(mail):
    bounces.take_report(undelivered(mail))
    ended = Suppression.objects.get()
    with pytest.raises(NotFound):
        bounces.lift(actor=actor_for(make_person()), suppression_id=ended.pk)
    bounces.lift(actor=actor_for(make_person(staff_roles=[str(StaffRole.OPERATOR)])), suppression_id=ended.pk)
    assert not Suppression.objects.exists()


def test_the_hook_wants_its_word(mail, settings):
    client = Client()

    def post(word: str):
        return client.post(
            "/mail/reports/",
            undelivered(mail),
            content_type="message/rfc822",
            headers={"Authorization": f"Bearer {word}"},
        )

    assert post("").status_code == 404
    assert post("secret").status_code == 404
    settings.MAIL_REPORTS_SECRET = "secret"
    assert post("other").status_code == 404
    assert post("secret").json() == {"reports": 1, "unknown": 0, "ended": 1}


def test_the_command_takes_a_folder_and_counts_what_is_strange(mail, tmp_path):
    from pazar.ground.messages.cli import _mails

    (tmp_path / "new").mkdir()
    (tmp_path / "new" / "1.eml").write_bytes(undelivered(mail))
    (tmp_path / "new" / "2.eml").write_bytes(b"Subject: I am on holiday\n\nBack in May")
    taken = [bounces.take_report(raw) for raw in _mails((str(tmp_path),), reports.MOST_BYTES)]
    assert taken == [bounces.Taken(reports=1, ended=1), bounces.Taken(strange=1)]


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [
        ("5.1.1", 550, Kind.HARD),
        ("5.2.1", 550, Kind.HARD),
        ("5.2.2", 552, Kind.SOFT),
        ("5.7.1", 550, Kind.SOFT),
        ("4.4.1", 0, Kind.SOFT),
        ("", 550, Kind.HARD),
        ("", 554, Kind.SOFT),
        ("", 0, Kind.SOFT),
    ],
)
def test_what_a_status_means(status, code, kind):
    assert reports.weigh(status=status, code=code) is kind


@given(st.binary(max_size=2000))
def test_nothing_that_comes_in_breaks_the_reader(raw):
    wrapped = b"Content-Type: multipart/report; boundary=b\n\n--b\nContent-Type: message/delivery-status\n\n" + raw
    for content in (raw, wrapped, wrapped.replace(b"delivery-status", b"feedback-report")):
        found = reports.read(content)
        assert found is None or all(said.kind in Kind for said in found.said)


def test_a_report_nested_beyond_reading_is_none():
    deep = b"".join(b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (n, n) for n in range(5_000))
    assert reports.read(deep) is None
    assert reports.read(b"x" * (reports.MOST_BYTES + 1)) is None


@given(
    st.lists(st.timedeltas(min_value=timedelta(0), max_value=timedelta(days=60)), max_size=12),
    st.sampled_from([Kind.SOFT, Kind.DELAYED, Kind.OTHER]),
)
def test_older_reports_never_end_an_address(ages, kind):
    moment = datetime(2026, 11, 23, 12, tzinfo=UTC)
    old = [moment - standing.SOFT_WITHIN - age - timedelta(seconds=1) for age in ages]
    assert not standing.is_over(kind, soft_at=old, moment=moment)
    few = [moment - age for age in ages][: standing.SOFT_MOST - 1]
    assert not standing.is_over(kind, soft_at=few, moment=moment)
