"""Against a real server on loopback, which only tests may call."""

import json
import socket
import threading
import time
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from standardwebhooks.webhooks import Webhook, WebhookVerificationError
from tests.factories import make_actor

from pazar.ground import clock
from pazar.ground.errors import Invalid, NotAllowed, NotFound
from pazar.ground.identity.models import LoginTries
from pazar.ground.identity.rules.actor import CENTRE
from pazar.ground.identity.rules.roles import Role
from pazar.ground.identity.scope import acting
from pazar.ground.webhooks import calling
from pazar.ground.webhooks.commands import delivering, endpoints
from pazar.ground.webhooks.models import Delivery, Endpoint
from pazar.ground.webhooks.refusals import AddressRefused, SentTooOften
from pazar.ground.webhooks.rules import retries


class Receiver(ThreadingHTTPServer):
    """Answers what it is told to, and keeps what it got."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), _Handler)
        self.came, self.status, self.headers, self.body, self.drip = [], 204, {}, b"", 0.0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/hook?a=1"


class _Handler(BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.came.append((self.path, dict(self.headers), body))
        if self.server.drip:
            self.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
            for _n in range(200):
                self.wfile.write(b"a")
                self.wfile.flush()
                time.sleep(self.server.drip)
            return
        self.send_response(self.server.status)
        for name, value in self.server.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(self.server.body)))
        self.end_headers()
        self.wfile.write(self.server.body)

    def log_message(self, *_args):
        pass


@pytest.fixture
def receiver(settings):
    settings.WEBHOOKS_INSIDE = ["127.0.0.1/32"]
    server = Receiver()
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def owner(db):
    return make_actor(Role.TENDER_MANAGER)


@pytest.fixture
def hook(receiver, owner):
    return endpoints.make_endpoint(actor=owner, url=receiver.url, events=["match.found"])


def only() -> Delivery:
    with acting(CENTRE):
        return Delivery.objects.get()


def now_due() -> None:
    with acting(CENTRE):
        Delivery.objects.filter(state="waiting").update(next_at="2020-01-01T00:00Z")


class TestPosting:
    def test_a_delivery_arrives_signed(self, receiver, owner, hook):
        endpoint, secret = hook
        endpoints.send_test(actor=owner, endpoint_id=endpoint.pk)
        assert delivering.deliver_due() == 1
        (path, headers, body) = receiver.came[0]
        assert path == "/hook?a=1"
        assert headers["Content-Type"] == "application/json"
        told = Webhook(secret).verify(body, headers)
        assert told["type"] == "webhook.test"
        found = only()
        assert (found.state, found.status, found.tries) == ("delivered", 204, 1)
        assert headers["webhook-id"] == str(found.pk)
        assert delivering.deliver_due() == 0

    def test_tests_and_repetitions_are_bounded_for_a_company_and_begin_anew_after_an_hour(self, owner, hook):
        endpoint, _secret = hook
        first = endpoints.send_test(actor=owner, endpoint_id=endpoint.pk)
        with acting(CENTRE):
            Delivery.objects.filter(pk=first.pk).update(state="dead")
        for _again in range(endpoints.BY_HAND - 1):
            endpoints.replay(actor=owner, endpoint_id=endpoint.pk)
        other, _secret = endpoints.make_endpoint(actor=owner, url=endpoint.url, events=["match.found"])
        for refused in (
            lambda: endpoints.send_test(actor=owner, endpoint_id=other.pk),
            lambda: endpoints.replay(actor=owner, endpoint_id=endpoint.pk),
        ):
            with pytest.raises(SentTooOften) as told:
                refused()
            assert (told.value.status, str(endpoints.BY_HAND) in str(told.value)) == (429, True)
        with acting(CENTRE):
            assert Delivery.objects.count() == 1
        LoginTries.objects.update(since=clock.db_now() - endpoints.HOUR)
        endpoints.send_test(actor=owner, endpoint_id=other.pk)

    def test_during_a_rotation_both_secrets_sign_and_afterwards_the_new_one_alone(self, receiver, owner, hook):
        endpoint, old = hook
        _endpoint, new = endpoints.rotate_secret(actor=owner, endpoint_id=endpoint.pk)
        endpoints.send_test(actor=owner, endpoint_id=endpoint.pk)
        delivering.deliver_due()
        _path, headers, body = receiver.came[-1]
        for secret in (old, new):
            assert Webhook(secret).verify(body, headers)
        with acting(CENTRE):
            Endpoint.objects.update(old_until=clock.db_now() - timedelta(seconds=1))
        endpoints.send_test(actor=owner, endpoint_id=endpoint.pk)
        delivering.deliver_due()
        _path, headers, body = receiver.came[-1]
        assert Webhook(new).verify(body, headers)
        with pytest.raises(WebhookVerificationError):
            Webhook(old).verify(body, headers)

    def test_what_is_refused_is_tried_after_growing_waits_and_lies_dead_in_the_end(self, receiver, owner, hook):
        endpoint, _secret = hook
        receiver.status = 500
        endpoints.send_test(actor=owner, endpoint_id=endpoint.pk)
        for tries in range(1, len(retries.WAITS) + 2):
            assert delivering.deliver_due() == 1
            found = only()
            assert found.tries == tries
            now_due()
        assert (found.state, found.status, found.fault) == ("dead", 500, "refused")
        assert len({headers["webhook-id"] for _path, headers, _body in receiver.came}) == 1
        receiver.status = 200
        assert endpoints.replay(actor=owner, endpoint_id=endpoint.pk) == 1
        delivering.deliver_due()
        assert only().state == "delivered"

    def test_a_redirect_is_not_followed(self, receiver, owner, hook):
        endpoint, _secret = hook
        receiver.status, receiver.headers = 302, {"Location": receiver.url + "&again=1"}
        endpoints.send_test(actor=owner, endpoint_id=endpoint.pk)
        delivering.deliver_due()
        assert len(receiver.came) == 1
        assert (only().state, only().fault) == ("waiting", "redirected")

    def test_gone_switches_the_webhook_off(self, receiver, owner, hook):
        endpoint, _secret = hook
        receiver.status = 410
        endpoints.send_test(actor=owner, endpoint_id=endpoint.pk)
        delivering.deliver_due()
        assert only().state == "dead"
        with acting(CENTRE):
            assert Endpoint.objects.get().is_active is False

    def test_an_answer_too_long_and_one_too_slow_are_given_up(self, receiver, owner, hook, monkeypatch):
        endpoint, _secret = hook
        receiver.status, receiver.body = 200, b"x" * (calling.MOST_BYTES + 1)
        endpoints.send_test(actor=owner, endpoint_id=endpoint.pk)
        delivering.deliver_due()
        assert only().fault == "answer_too_long"
        monkeypatch.setattr(calling, "TOTAL_SECONDS", 0.5)
        receiver.drip = 0.1  # each byte comes in time, all of them don't
        now_due()
        begun = time.monotonic()
        delivering.deliver_due()
        assert time.monotonic() - begun < 5
        assert only().fault == "no_answer"

    def test_a_delivery_whose_sender_died_is_taken_again(self, owner, hook):
        endpoint, _secret = hook
        endpoints.send_test(actor=owner, endpoint_id=endpoint.pk)
        assert len(delivering._take(10)) == 1
        assert delivering.deliver_due() == 0
        with acting(CENTRE):
            Delivery.objects.update(next_at="2020-01-01T00:00Z")
        assert delivering.deliver_due() == 1
        assert only().state == "delivered"


class TestInside:
    def test_a_private_address_is_refused_when_it_is_made(self, owner, settings):
        for url in ("https://127.0.0.1/", "https://localhost/", "https://169.254.169.254/latest", "https://[::1]/"):
            with pytest.raises(AddressRefused):
                endpoints.make_endpoint(actor=owner, url=url, events=["match.found"])

    def test_a_name_that_leads_inside_later_is_not_called(self, receiver, owner, hook, settings):
        """DNS rebinding over days: the name was good when the webhook was made."""
        endpoint, _secret = hook
        settings.WEBHOOKS_INSIDE = []
        with acting(CENTRE):
            Endpoint.objects.update(url=f"https://localhost:{receiver.server_port}/")
        endpoints.send_test(actor=owner, endpoint_id=endpoint.pk)
        delivering.deliver_due()
        assert (only().state, only().fault, receiver.came) == ("waiting", "address_inside", [])

    def test_a_name_that_answers_otherwise_the_second_time_is_asked_once(self, receiver, owner, hook, monkeypatch):
        """DNS rebinding within a call: the socket goes to the address that was checked."""
        endpoint, _secret = hook
        asked = []
        real = socket.getaddrinfo

        def turning(host, port, *args, **kwargs):
            if host != "rebind.example":
                return real(host, port, *args, **kwargs)
            asked.append(host)
            where = "127.0.0.1" if len(asked) == 1 else "10.0.0.1"
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (where, port))]

        monkeypatch.setattr(socket, "getaddrinfo", turning)
        with acting(CENTRE):
            Endpoint.objects.update(url=f"http://rebind.example:{receiver.server_port}/")
        endpoints.send_test(actor=owner, endpoint_id=endpoint.pk)
        delivering.deliver_due()
        assert asked == ["rebind.example"]
        assert only().state == "delivered"
        assert receiver.came[0][1]["Host"] == f"rebind.example:{receiver.server_port}"


class TestEndpoints:
    def test_only_events_that_there_are(self, receiver, owner):
        for events in ([], ["bid.submitted"]):
            with pytest.raises(Invalid):
                endpoints.make_endpoint(actor=owner, url=receiver.url, events=events)

    def test_anothers_is_not_found_and_a_reader_may_not(self, hook, owner):
        endpoint, _secret = hook
        with pytest.raises(NotFound):
            endpoints.rotate_secret(actor=make_actor(Role.OWNER), endpoint_id=endpoint.pk)
        with pytest.raises(NotAllowed):
            endpoints.remove_endpoint(actor=make_actor(Role.READER), endpoint_id=endpoint.pk)

    def test_row_security_hides_anothers_rows_and_the_secret_lies_sealed(self, hook, owner):
        from django.db import connection

        endpoint, secret = hook
        with acting(make_actor(Role.OWNER)):
            assert not Endpoint.objects.exists()
        with acting(CENTRE), connection.cursor() as cursor:
            cursor.execute("SELECT secret FROM webhooks_endpoint")
            assert secret not in cursor.fetchone()[0]
            assert json.dumps(Endpoint.objects.get().events) == '["match.found"]'
        assert endpoint.pk
