"""Against a real mail server on loopback."""

import socket
from email import message_from_bytes, policy

import pytest
from aiosmtpd.controller import Controller
from tests.factories import make_person

from pazar.ground.jobs.drain import drain
from pazar.ground.messages import commands, kinds
from pazar.ground.messages.commands import sending
from pazar.ground.messages.models import Mail


class Server:
    """Takes mails, but none for an address that begins with `nobody`, and none at all while `busy`."""

    def __init__(self):
        self.taken = []
        self.busy = False

    async def handle_RCPT(self, server, session, envelope, address, options):
        if self.busy:
            return "451 4.3.0 come again later"
        if address.startswith("nobody"):
            return "550 5.1.1 no such user"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        self.taken.append((list(envelope.rcpt_tos), message_from_bytes(envelope.content, policy=policy.default)))
        return "250 OK"


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


@pytest.fixture
def server(db, settings, monkeypatch):
    monkeypatch.setattr(kinds, "_KINDS", {})
    kinds.register(kinds.Kind(key="test_kind", label="Неща на теста"))
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


def mail_to(email: str, title: str = "Доставка на кабели") -> Mail:
    person = make_person(email=email, language="bg")
    commands.tell(
        person_ids=[person.pk],
        kind="test_kind",
        once="thing",
        path="/market/",
        render=lambda _language: commands.Told(title=title, text="Първи ред.\n\nВтори <ред>."),
    )
    return Mail.objects.get()


def test_a_mail_is_delivered_with_text_html_and_headers(server):
    mail = mail_to("maria@example.org")
    assert drain() == 1
    mail.refresh_from_db()
    assert (mail.state, mail.fault) == (Mail.State.SENT, "")
    assert mail.sent_at is not None

    recipients, came = server.taken[0]
    assert recipients == ["maria@example.org"]
    assert came["Subject"] == "Доставка на кабели"
    assert came["From"].addresses[0].addr_spec == "pazar@example.org"
    assert came["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert came["List-Unsubscribe"].strip(" <>").startswith("http://testserver/unsubscribe/")
    assert came["Auto-Submitted"] == "auto-generated"
    assert came["Message-ID"] == mail.headers["Message-ID"]
    assert len(came.get_all("Date")) == len(came.get_all("Message-ID")) == 1
    assert "Втори <ред>." in came.get_body(("plain",)).get_content()
    assert "Втори &lt;ред&gt;." in came.get_body(("html",)).get_content()


def test_a_job_run_twice_sends_once(server):
    mail = mail_to("maria@example.org")
    sending.send_mail(mail_id=mail.pk)
    sending.send_mail(mail_id=mail.pk)
    assert len(server.taken) == 1


def test_a_refused_recipient_is_not_tried_again(server):
    mail = mail_to("nobody@example.org")
    with pytest.raises(sending.MailRefused):
        sending.send_mail(mail_id=mail.pk)
    mail.refresh_from_db()
    assert mail.state == Mail.State.FAILED
    assert "550" in mail.fault
    assert "no such user" in mail.fault
    assert "nobody@" not in mail.fault


def test_a_busy_server_is_asked_again_and_gets_the_mail(server):
    mail = mail_to("maria@example.org")
    server.busy = True
    with pytest.raises(sending.MailDelayed):
        sending.send_mail(mail_id=mail.pk)
    mail.refresh_from_db()
    assert (mail.state, mail.tries) == (Mail.State.WAITING, 1)
    server.busy = False
    sending.send_mail(mail_id=mail.pk)
    mail.refresh_from_db()
    assert (mail.state, mail.fault) == (Mail.State.SENT, "")


def test_a_server_that_stays_down_makes_the_mail_fail_and_an_operator_can_send_it(server, settings):
    mail = mail_to("maria@example.org")
    up = settings.EMAIL_PORT
    settings.EMAIL_PORT = free_port()
    for _try in range(sending.MAX_TRIES):
        with pytest.raises(sending.MailDelayed):
            sending.send_mail(mail_id=mail.pk)
    mail.refresh_from_db()
    assert (mail.state, mail.fault) == (Mail.State.FAILED, "ConnectionRefusedError")
    settings.EMAIL_PORT = up
    sending.send_mail(mail_id=mail.pk)
    mail.refresh_from_db()
    assert mail.state == Mail.State.SENT


@pytest.mark.parametrize("field", ["subject", "to", "header"])
def test_a_line_break_in_a_header_is_refused(server, field):
    mail = mail_to("maria@example.org")
    bad = "x\r\nBcc: all@example.org"
    change = {"headers": {**mail.headers, "List-Unsubscribe": bad}} if field == "header" else {field: bad}
    Mail.objects.filter(pk=mail.pk).update(**change)
    with pytest.raises(sending.MailRefused):
        sending.send_mail(mail_id=mail.pk)
    mail.refresh_from_db()
    assert mail.state == Mail.State.FAILED
    assert server.taken == []
