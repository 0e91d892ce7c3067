"""The access matrix: every route, called by everybody, with a valid foreign id and body.

A domain places its routes in `<domain>/tests/access.py`, in a list `CASES`. `make(stage)` builds a thing of
`stage.company` and answers how to call the route for it; the matrix then lets everybody call it, each call undone
before the next: the company's people in every role, people of another company, somebody of none, the centre's staff,
a visitor. Who is in `allowed` must succeed with this very call, so that a refusal is one of the person and not of the
body.
"""

import importlib
import itertools
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from pazar.ground.api.tests.factories import bearer, make_token
from pazar.ground.identity import queries
from pazar.ground.identity.models import Company, Membership, Person
from pazar.ground.identity.rules.actor import Actor
from pazar.ground.identity.rules.roles import Role, StaffRole
from tests.factories import make_company, make_person

SOURCE = Path(__file__).resolve().parents[2] / "src"
EVERY_ROLE = frozenset(Role)
LOGIN = "sent to log in"
OK = "succeeds"
Expected = int | str


@dataclass(frozen=True, kw_only=True)
class Call:
    """How a route is called for the thing that was made."""

    kwargs: dict[str, Any] = field(default_factory=dict)
    query: dict[str, str] = field(default_factory=dict)
    form: dict[str, Any] | None = None
    json: Any = None


@dataclass(frozen=True, kw_only=True)
class Case:
    """Who may call one route by one method. What isn't said is the strictest: own people by role, all others not."""

    route: str
    method: str = "GET"
    make: Callable[["Stage"], Call] = lambda stage: Call()
    allowed: frozenset[Role] = EVERY_ROLE
    """Roles in the company whose thing it is."""
    refused: Expected = 403
    """What its other people get."""
    foreign: Expected = 404
    """What people of another company get, even with every role there."""
    of_both: Expected | None = None
    """What somebody of this company gets while he acts for the other; `foreign` if not said."""
    nobody: Expected | None = None
    """What somebody of no company gets; if not said: 404 on a page, 403 on the API."""
    visitor: Expected | None = None
    """What a visitor gets; if not said: he is sent to log in, on the API 401."""
    staff: frozenset[StaffRole] = frozenset()
    """Of the centre's own people these succeed; the others are `nobody`."""

    @property
    def name(self) -> str:
        return f"{self.method} {self.route}"

    @property
    def of_api(self) -> bool:
        return self.route.startswith("api:")


def public(route: str, make: Callable[["Stage"], Call] = lambda stage: Call(), *, method: str = "GET") -> Case:
    """Open to everybody."""
    return Case(route=route, method=method, make=make, foreign=OK, nobody=OK, visitor=OK, staff=frozenset(StaffRole))


def persons(route: str, make: Callable[["Stage"], Call] = lambda stage: Call(), *, method: str = "GET") -> Case:
    """Open to whoever is logged in: it shows him his own."""
    return Case(route=route, method=method, make=make, foreign=OK, nobody=OK, staff=frozenset(StaffRole))


def staff_only(
    route: str, *roles: StaffRole, make: Callable[["Stage"], Call] = lambda stage: Call(), method: str = "GET"
) -> Case:
    """The centre's own page: for anybody else it doesn't exist."""
    return Case(
        route=route, method=method, make=make, allowed=frozenset(), refused=404, foreign=404, staff=frozenset(roles)
    )


@dataclass(frozen=True, kw_only=True)
class Caller:
    name: str
    person: Person | None = None
    company: Company | None = None
    role: Role | None = None
    staff: StaffRole | None = None
    is_foreign: bool = False
    is_of_both: bool = False

    session: str = ""
    token: str = ""
    scopeless_token: str = ""

    @classmethod
    def make(cls, name: str, person: Person, company: Company | None = None, **said: Any) -> "Caller":
        """Somebody who has logged in and has two tokens, one of which may nothing."""
        client = Client()
        client.force_login(person)
        if company is not None:
            session = client.session
            session["company_id"] = str(company.pk)
            session.save()
        return cls(
            name=name,
            person=person,
            company=company,
            session=client.cookies["sessionid"].value,
            token=make_token(person, company),
            scopeless_token=make_token(person, company, "nothing:at_all"),
            **said,
        )

    def client(self) -> Client:
        """A browser of his own for each call: a log-out leaves the next one logged in."""
        client = Client(raise_request_exception=False)
        if self.session:
            client.cookies["sessionid"] = self.session
        return client


class Stage:
    """Two companies and everybody who may come by."""

    def __init__(self) -> None:
        self.company = make_company("Own company")
        self.other = make_company("Another company")
        self.people = {role: make_person(self.company, role, name=f"Own {role}") for role in Role}
        stranger = make_person(self.other, *Role, name="Stranger")
        both = make_person(self.company, *Role, name="Of both")
        Membership.objects.create(person=both, company=self.other, roles=[str(role) for role in Role])
        self.callers = [
            *(Caller.make(f"own {role}", person, self.company, role=role) for role, person in self.people.items()),
            Caller.make("a stranger with every role", stranger, self.other, is_foreign=True),
            Caller.make("one of both, for the other", both, self.other, is_foreign=True, is_of_both=True),
            Caller.make("somebody of no company", make_person(name="Nobody's")),
            *(
                Caller.make(f"staff {role}", make_person(name=str(role), staff_roles=[str(role)]), staff=role)
                for role in StaffRole
            ),
            Caller(name="a visitor"),
        ]

    def actor(self, role: Role = Role.OWNER) -> Actor:
        """One of the company's people, for the commands and factories that make the thing."""
        return queries.actor_for(self.people[role], company_id=self.company.pk)

    @property
    def other_actor(self) -> Actor:
        """The other company's owner, where a thing needs two sides."""
        stranger = next(caller for caller in self.callers if caller.is_foreign)
        assert stranger.person is not None
        return queries.actor_for(stranger.person, company_id=self.other.pk)


def expected(case: Case, caller: Caller) -> Expected:
    nobody = case.nobody if case.nobody is not None else (403 if case.of_api else 404)
    if caller.person is None:
        return case.visitor if case.visitor is not None else (401 if case.of_api else LOGIN)
    if caller.staff is not None:
        return OK if caller.staff in case.staff else nobody
    if caller.is_of_both and case.of_both is not None:
        return case.of_both
    if caller.is_foreign:
        return case.foreign
    if caller.role is not None:
        return OK if caller.role in case.allowed else case.refused
    return nobody


_keys = itertools.count()


def call(case: Case, made: Call, caller: Caller, *, token: str | None = None) -> tuple[Expected, str]:
    """What the caller got, in the matrix's words, and the beginning of the answer."""
    headers: dict[str, str] = {}
    client = caller.client()
    if case.of_api:
        client = Client(raise_request_exception=False)
        if caller.person is not None:
            headers |= bearer(token or caller.token)
        if case.method == "POST":
            headers["Idempotency-Key"] = f"matrix-{next(_keys):08}"
    address = reverse(case.route, kwargs=made.kwargs)
    more: dict[str, Any] = {"headers": headers, "query_params": made.query}
    if made.json is not None:
        more |= {"data": json.dumps(made.json, default=str), "content_type": "application/json"}
    elif made.form is not None:
        more |= {"data": made.form}
    response = getattr(client, case.method.lower())(address, **more)
    content = b"" if response.streaming else response.content
    said = _text(content.decode(errors="replace"))
    if response.status_code == 302 and response["Location"].startswith("/login/"):
        return LOGIN, said
    return (OK if response.status_code < 400 else response.status_code), said


def _text(answer: str) -> str:
    """What a person would read of it, cut short."""
    page = answer.partition("<main")[2] or answer
    return " ".join(re.sub(r"<[^>]*>", " ", page).split())[:300]


def placed() -> list[Case]:
    """What the domains have placed."""
    found: list[Case] = []
    for path in sorted(SOURCE.glob("pazar/**/tests/access.py")):
        name = ".".join(path.relative_to(SOURCE).with_suffix("").parts)
        found += importlib.import_module(name).CASES
    return found


def routes() -> Iterator[tuple[str, tuple[str, ...] | None]]:
    """Every route there is, by the resolver; for the API's with its methods."""
    from pazar.config.api import api

    methods: dict[str, set[str]] = {}
    for bound in api._get_bound_routers():
        for view in bound.path_operations.values():
            for operation in view.operations:
                name = getattr(operation, "url_name", "") or operation.view_func.__name__
                methods.setdefault(f"api:{name}", set()).update(operation.methods)
    for name in dict.fromkeys(_walk(get_resolver())):
        yield name, tuple(sorted(methods[name])) if name in methods else None


def _walk(resolver: URLResolver, namespace: str = "") -> Iterator[str]:
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLResolver):
            inner = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            yield from _walk(pattern, inner)
        else:
            assert isinstance(pattern, URLPattern)
            yield f"{namespace}{pattern.name or pattern.pattern}"
