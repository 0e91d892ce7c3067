"""Against a real mail server on loopback."""

import asyncio
import socket
import threading
from datetime import timedelta
from email import message_from_bytes, policy

import pytest
from aiosmtpd.controller import Controller
from django.utils import timezone
from hypothesis import example, given
from hypothesis import strategies as st
from tests.factories import make_person

from pazar.ground.jobs.drain import drain
from pazar.ground.messages import commands, kinds, letters
from pazar.ground.messages.commands import sending
from pazar.ground.messages.models import Bounce, Mail, Suppression
from pazar.ground.messages.rules import retries


class Server:
    """Takes mails; an address's beginning says how it behaves, and none is taken at all while `busy`."""

    def __init__(self):
        self.taken = []
        self.senders = []
        self.lines = 0
        self.busy = False

    async def handle_EHLO(self, server, session, envelope, hostname, responses):
        self.lines += 1
        session.host_name = hostname
        return responses

    async def handle_RCPT(self, server, session, envelope, address, options):
        if self.busy:
            return "451 4.3.0 come again later"
        if address.startswith("nobody"):
            return "550 5.1.1 no such user"
        if address.startswith("full"):
            return "552 5.2.2 mailbox full"
        if address.startswith("slow"):
            await asyncio.sleep(0.3)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        if envelope.rcpt_tos[0].startswith("drop"):
            server.transport.close()
            return "451 never heard"
        if envelope.rcpt_tos[0].startswith("unwanted"):
            return "554 5.7.1 not with this text"
        self.senders.append(envelope.mail_from)
        self.taken.append((list(envelope.rcpt_tos), message_from_bytes(envelope.content, policy=policy.default)))
        return "250 OK"


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


@pytest.fixture
def server(db, settings, monkeypatch):
    monkeypatch.setattr(kinds, "_KINDS", {})
    kinds.register(kinds.Kind(key="test_kind", label="Неща на теста", urgent=True))
    port = free_port()
    settings.MAIL_SERVER = True
    # pytest-django puts a memory backend in its place; here the real one is meant.
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
    settings.DEFAULT_FROM_EMAIL = "Пазар <pazar@example.org>"
    handler = Server()
    controller = Controller(handler, hostname="127.0.0.1", port=port)
    controller.start()
    yield handler
    controller.stop()


@pytest.fixture
def courier():
    with_us = sending.Courier()
    yield with_us
    with_us.close()


def mail_to(email: str, title: str = "Доставка на кабели", once: str = "thing", person=None) -> Mail:
    person = person or make_person(email=email, language="bg")
    commands.tell(
        person_ids=[person.pk],
        kind="test_kind",
        once=once,
        path="/market/",
        render=lambda _language: commands.Told(title=title, text="Първи ред.\n\nВтори <ред>."),
    )
    return Mail.objects.latest("made_at", "id")


def now_due() -> None:
    """The waits between tries are over."""
    Mail.objects.filter(state=Mail.State.WAITING).update(next_at="2020-01-01T00:00Z")


def read(mail: Mail) -> tuple[str, str]:
    mail.refresh_from_db()
    return mail.state, mail.fault


def test_a_mail_is_delivered_with_text_html_and_headers(server, courier):
    mail = mail_to("maria@example.org")
    assert sending.send_waiting(courier=courier) == 1
    assert read(mail) == ("sent", "")
    assert mail.sent_at is not None

    recipients, came = server.taken[0]
    assert recipients == ["maria@example.org"]
    assert came["Subject"] == "Доставка на кабели"
    assert came["From"].addresses[0].addr_spec == "pazar@example.org"
    assert came["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert came["List-Unsubscribe"].strip(" <>").startswith("http://testserver/unsubscribe/")
    assert came["Auto-Submitted"] == "auto-generated"
    assert came["Message-ID"] == mail.headers["Message-ID"] == f"<{mail.pk.hex}@example.org>"
    assert len(came.get_all("Date")) == len(came.get_all("Message-ID")) == 1
    assert "Втори <ред>." in came.get_body(("plain",)).get_content()
    assert "Втори &lt;ред&gt;." in came.get_body(("html",)).get_content()


def test_many_mails_go_over_one_line_and_none_twice(server, courier):
    people = [make_person() for _n in range(230)]
    commands.tell(
        person_ids=[person.pk for person in people],
        kind="test_kind",
        once="thing",
        path="/market/",
        render=lambda _language: commands.Told(title="Доставка"),
    )
    drain()  # of so many, the mails are written by jobs
    while sending.send_waiting(courier=courier):
        pass
    assert sorted(rcpt for rcpts, _mail in server.taken for rcpt in rcpts) == sorted(p.email for p in people)
    assert server.lines == 1
    assert set(Mail.objects.values_list("state", flat=True)) == {"sent"}
    assert sending.send_waiting(courier=courier) == 0


@pytest.mark.django_db(transaction=True)
def test_two_workers_share_the_mails_and_send_none_twice(server):
    people = [make_person() for _n in range(120)]
    commands.tell(
        person_ids=[person.pk for person in people],
        kind="test_kind",
        once="thing",
        path="/market/",
        render=lambda _language: commands.Told(title="Доставка"),
    )
    drain()

    def work() -> None:
        from django.db import connection

        courier = sending.Courier()
        while sending.send_waiting(most=7, courier=courier):
            pass
        courier.close()
        connection.close()

    workers = [threading.Thread(target=work) for _n in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert sorted(rcpts[0] for rcpts, _mail in server.taken) == sorted(p.email for p in people)
    assert Mail.objects.filter(state="sent", tries=1).count() == 120


def test_a_refused_address_is_not_tried_again_and_written_to_no_more(server, courier):
    mail = mail_to("nobody@example.org")
    sending.send_waiting(courier=courier)
    state, fault = read(mail)
    assert state == "failed"
    assert "550" in fault
    assert "no such user" in fault
    assert "nobody@" not in fault
    assert Suppression.objects.get().address == "nobody@example.org"
    assert Bounce.objects.get().kind == "hard"

    second = mail_to("", once="another", person=mail.person)
    sending.send_waiting(courier=courier)
    assert read(second)[0] == "suppressed"
    assert server.taken == []


def test_a_full_mailbox_ends_nothing_at_once(server, courier):
    mail = mail_to("full@example.org")
    sending.send_waiting(courier=courier)
    assert read(mail)[0] == "failed"
    assert Bounce.objects.get().kind == "soft"
    assert not Suppression.objects.exists()


def test_a_text_the_server_does_not_want_says_nothing_of_the_address(server, courier):
    mail = mail_to("unwanted@example.org")
    sending.send_waiting(courier=courier)
    assert read(mail)[0] == "failed"
    assert not Bounce.objects.exists()


def test_a_busy_server_is_asked_again_after_growing_waits(server, courier):
    mail = mail_to("maria@example.org")
    server.busy = True
    waits = []
    for _try in range(3):
        now_due()
        assert sending.send_waiting(courier=courier) == 1
        mail.refresh_from_db()
        waits.append(mail.next_at - timezone.now())
        assert sending.send_waiting(courier=courier) == 0
    assert (mail.state, mail.tries) == ("waiting", 3)
    assert [round(wait / timedelta(minutes=1)) for wait in waits] == [1, 5, 20]
    server.busy = False
    now_due()
    sending.send_waiting(courier=courier)
    assert read(mail) == ("sent", "")


def test_a_mail_nobody_takes_fails_after_its_last_try(server, courier):
    mail = mail_to("maria@example.org")
    server.busy = True
    for _try in range(len(retries.WAITS) + 1):
        now_due()
        sending.send_waiting(courier=courier)
    state, fault = read(mail)
    assert (state, mail.tries) == ("failed", len(retries.WAITS) + 1)
    assert "451" in fault


def test_a_line_that_breaks_in_the_text_costs_that_mail_alone(server, courier):
    dropped = mail_to("drop@example.org")
    after = mail_to("maria@example.org", once="other")
    sending.send_waiting(courier=courier)
    assert read(dropped) == ("waiting", "SMTPServerDisconnected")
    assert read(after) == ("sent", "")
    assert server.lines == 2


def test_a_slow_reader_is_waited_for(server, courier):
    mail = mail_to("slow@example.org")
    sending.send_waiting(courier=courier)
    assert read(mail) == ("sent", "")


def test_a_silent_server_is_given_up_and_the_mail_kept(server, courier, settings):
    settings.EMAIL_TIMEOUT = 0.1
    mail = mail_to("slow@example.org")
    after = mail_to("maria@example.org", once="other")
    sending.send_waiting(courier=courier)
    assert read(mail)[0] == "waiting"
    assert read(after) == ("sent", "")


def test_a_server_that_is_down_costs_one_try_and_is_left_alone_for_a_while(server, courier, settings):
    first, second = mail_to("maria@example.org"), mail_to("ivan@example.org", once="other")
    up = settings.EMAIL_PORT
    settings.EMAIL_PORT = free_port()
    assert sending.send_waiting(courier=courier) == 2
    assert courier.is_resting()
    assert sending.send_waiting(courier=courier) == 0
    first.refresh_from_db()
    second.refresh_from_db()
    assert [(mail.state, mail.fault, mail.tries) for mail in (first, second)] == [
        ("waiting", "ConnectionRefusedError", 1),
        ("waiting", "ConnectionRefusedError", 0),
    ]
    settings.EMAIL_PORT = up
    now_due()
    fresh = sending.Courier()
    sending.send_waiting(courier=fresh)
    fresh.close()
    assert {read(first)[0], read(second)[0]} == {"sent"}


def test_a_mail_whose_taker_died_is_taken_again(server, courier):
    mail = mail_to("maria@example.org")
    assert [taken.pk for taken in sending._take(10)] == [mail.pk]
    assert sending.send_waiting(courier=courier) == 0
    Mail.objects.update(next_at="2020-01-01T00:00Z")
    sending.send_waiting(courier=courier)
    assert read(mail) == ("sent", "")


def test_a_domain_gets_no_more_than_its_limit_in_a_minute(server, courier, settings):
    settings.MAIL_PER_DOMAIN = {"example.org": 3, "*": 0}
    for n in range(5):
        mail_to(f"a{n}@example.org")
    mail_to("b@example.net", once="other")
    sending.send_waiting(courier=courier)
    sending.send_waiting(courier=courier)
    assert sorted(rcpts[0].partition("@")[2] for rcpts, _mail in server.taken) == ["example.net", *["example.org"] * 3]
    assert Mail.objects.filter(state="waiting", tries=0).count() == 2
    from pazar.ground.messages.models import DomainMinute

    DomainMinute.objects.update(minute="2020-01-01T00:00Z")  # the next minute
    sending.send_waiting(courier=courier)
    assert Mail.objects.filter(state="waiting").count() == 0


def test_each_mail_names_itself_in_the_address_for_reports(server, courier, settings):
    settings.MAIL_BOUNCES = "bounces@example.org"
    mail = mail_to("maria@example.org")
    sending.send_waiting(courier=courier)
    assert server.senders == [f"bounces+{mail.pk.hex}@example.org"]


@pytest.mark.parametrize("field", ["subject", "to", "header"])
def test_a_line_break_in_a_header_is_refused(server, courier, field):
    mail = mail_to("maria@example.org")
    bad = "x\r\nBcc: all@example.org"
    change = {"headers": {**mail.headers, "List-Unsubscribe": bad}} if field == "header" else {field: bad}
    Mail.objects.filter(pk=mail.pk).update(**change)
    sending.send_waiting(courier=courier)
    assert read(mail)[0] == "failed"
    assert server.taken == []


_TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=300)


@given(subject=_TEXTS.map(letters.one_line), text=_TEXTS, html=_TEXTS)
@example(subject="Plain", text="--\n.\nFrom him\r\n" + "x" * 2_000, html="<p>\rtwo</p>")
@example(subject="а" * 199, text="", html="\n")
def test_whatever_it_says_a_mail_is_read_as_it_was_written(subject, text, html):
    mail = Mail(subject=subject, text=text, html=html, headers={"Message-ID": "<a@example.org>", "X-Long": "y " * 600})
    content = sending._content(mail, "maria@example.org")
    assert all(len(line) <= 998 and b"\r" not in line and b"\n" not in line for line in content.split(b"\r\n"))
    came = message_from_bytes(content, policy=policy.SMTP)
    assert came["To"] == "maria@example.org"
    assert " ".join(came["Subject"].split()) == subject
    assert came["Message-ID"] == "<a@example.org>"
    assert [part.get_content_type() for part in came.iter_parts()] == ["text/plain", "text/html"]
    for part, wrote in zip(came.iter_parts(), (text, html), strict=True):
        said = part.get_payload(decode=True).decode()
        assert said.replace("\r\n", "\n").rstrip("\n") == wrote.replace("\r\n", "\n").rstrip("\n")


@pytest.mark.parametrize("value", ["a\r\nBcc: all@example.org", "a\nb", "a\rb", "a\0b"])
def test_a_line_break_in_a_header_is_no_mail(value):
    with pytest.raises(ValueError, match="X-Thing"):
        sending._content(Mail(subject="s", text="", html="", headers={"X-Thing": value}), "maria@example.org")
    with pytest.raises(ValueError, match="Subject"):
        sending._content(Mail(subject=value, text="", html="", headers={}), "maria@example.org")
