"""A passkey: set on a telephone and in Bulgarian, then the log-in by it alone, and a proof before a dangerous act."""

from urllib.parse import urlsplit

import pytest
from django.utils import translation
from django.utils.translation import gettext
from playwright.sync_api import Page, expect

from pazar.ground.entry.adapters import factors as kept
from pazar.ground.identity.rules.roles import StaffRole
from tests.browser import DESK, PHONE, OpenPage, assert_accessible, assert_fits, look
from tests.factories import make_person

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PASSWORD = "quiet-harbour-81"


def bg(text: str) -> str:
    with translation.override("bg"):
        return gettext(text)


def seen(page: Page, name: str) -> None:
    assert_fits(page)
    assert_accessible(page)
    look(page, f"passkey-{name}")


def with_authenticator(page: Page) -> None:
    """A telephone's own, which knows its owner's finger."""
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    devtools.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "internal",
                "hasResidentKey": True,
                "hasUserVerification": True,
                "isUserVerified": True,
                "automaticPresenceSimulation": True,
            }
        },
    )


@pytest.mark.parametrize("width", [PHONE, DESK])
def test_the_operator_sets_a_passkey_and_logs_in_by_it(open_page: OpenPage, width: int) -> None:
    person = make_person(name="Цветана Илиева", email="tsvetana@centre.example", staff_roles=[str(StaffRole.OPERATOR)])
    person.set_password(PASSWORD)
    person.language = "bg"
    person.save()

    page = open_page("/", width=width, language="bg")
    # A passkey belongs to a name, not to a number.
    home = f"http://localhost:{urlsplit(page.url).port}"
    page.context.add_cookies([{"name": "django_language", "value": "bg", "url": home}])
    with_authenticator(page)
    page.goto(f"{home}/login/?next=/centre/")
    seen(page, f"1-log-in-{width}")
    page.get_by_label(bg("E-mail address")).fill(person.email)
    page.get_by_label(bg("Password")).fill(PASSWORD)
    page.get_by_role("button", name=bg("Log in"), exact=True).click()

    # The password was right; her role demands more, and nothing else opens.
    expect(page.get_by_text(bg("Set a second factor first."))).to_be_visible()
    seen(page, f"2-held-{width}")
    page.get_by_role("link", name=bg("Add a passkey")).click()
    page.get_by_label(bg("Name")).fill("Телефонът ми")
    page.get_by_role("button", name=bg("Make the passkey")).click()
    expect(page.locator(".pz-codes li")).to_have_count(10)
    seen(page, f"3-codes-{width}")
    page.get_by_role("link", name=bg("I have kept them")).click()
    expect(page.get_by_text("Телефонът ми")).to_be_visible()
    seen(page, f"4-set-{width}")

    page.context.clear_cookies(name="sessionid")
    page.goto(f"{home}/login/?next=/centre/")
    page.get_by_role("button", name=bg("Log in with a passkey")).click()
    page.wait_for_url(f"{home}/centre/")
    assert kept.of(person.pk).get(type=kept.Type.WEBAUTHN).last_used_at is not None

    # With the password, the passkey is the second step.
    page.context.clear_cookies(name="sessionid")
    page.goto(f"{home}/login/")
    page.get_by_label(bg("E-mail address")).fill(person.email)
    page.get_by_label(bg("Password")).fill(PASSWORD)
    page.get_by_role("button", name=bg("Log in"), exact=True).click()
    expect(page).to_have_title(f"{bg('Second step')} · Pazar")
    seen(page, f"5-second-{width}")
    page.get_by_role("button", name=bg("Use my passkey")).click()
    page.wait_for_url(f"{home}/")

    # Before what opens doors she is asked again, here by the passkey as well.
    page.goto(f"{home}/prove/?next=/settings/log-in/")
    seen(page, f"6-prove-{width}")
    page.get_by_role("button", name=bg("Use my passkey")).click()
    page.wait_for_url(f"{home}/settings/log-in/")
