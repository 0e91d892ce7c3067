"""Logging in, slowed for whoever guesses."""

from django.contrib.auth import authenticate
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from pazar.ground.errors import Refusal
from pazar.ground.identity.commands import tries
from pazar.ground.identity.models import Person

# From one address at one person's door; a stranger elsewhere can't lock that person out.
TRIES_AT_ACCOUNT = 8
# From one address at all doors: an office behind one address logs in in the morning, a list of passwords doesn't.
TRIES_FROM_ADDRESS = 60


class LoginRefused(Refusal):
    """One sentence for a wrong password and for nobody of that address, so that nobody learns who is here."""

    code = "login_refused"
    status = 422
    what = _("You are not logged in.")
    why = _("This e-mail address and this password don't belong together.")
    remedy = _("Check both; capital letters count in the password.")


class TooManyTries(Refusal):
    code = "too_many_tries"
    status = 429
    what = _("You are not logged in: this was tried too often.")
    why = _("After many wrong tries from one place we let a quarter of an hour pass, to stop those who guess.")
    remedy = _("Wait {minutes} minutes, then try again.")


def check_login(request: HttpRequest, *, email: str, password: str) -> Person:
    """The person whose e-mail address and password these are. Raises LoginRefused, TooManyTries.

    Every try counts before its password is looked at, so that tries sent at once count as well.
    """
    place = tries.place(request.META.get("REMOTE_ADDR", ""))
    door = ("door", place, email.strip().lower())
    too_many = tries.count(*door) > TRIES_AT_ACCOUNT
    if tries.count("place", place) > TRIES_FROM_ADDRESS or too_many:
        raise TooManyTries(minutes=int(tries.WINDOW.total_seconds() // 60))
    # Django spends the same time on an address nobody has.
    person = authenticate(request, username=email.strip(), password=password)
    if not isinstance(person, Person):
        raise LoginRefused
    tries.forget(*door)
    tries.forget_old()
    return person
