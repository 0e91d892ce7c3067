"""Who is who in the story, each to be become in a click."""

from dataclasses import dataclass
from uuid import UUID

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from pazar.ground import clock
from pazar.ground.entry.commands import letting_in
from pazar.ground.errors import NotFound
from pazar.ground.identity import proofs
from pazar.ground.identity import queries as identity
from pazar.ground.identity.models import Person
from pazar.ground.identity.requests import ActorRequest
from pazar.ground.identity.rules.roles import Role, StaffRole
from pazar.ground.ui import pages as ui
from pazar.ground.ui import preferences
from pazar.ground.ui.viewer import ROLES, STAFF_ROLES
from pazar.roof.demo import authority, cast, holder, queries
from pazar.roof.demo.commands.become import become
from pazar.roof.demo.pages.guard import in_demo


@dataclass(frozen=True, kw_only=True)
class Face:
    """One person as the page shows him."""

    id: UUID
    name: str
    email: str
    roles: str
    what: str | Promise
    language: str
    is_me: bool


@dataclass(frozen=True, kw_only=True)
class Group:
    name: str
    about: str | Promise
    faces: tuple[Face, ...]


@require_GET
@never_cache
@in_demo
def people(request: ActorRequest) -> HttpResponse:
    """GET /demo/: everybody of the story by company, with what he has to do."""
    groups = [_group(company, request.actor.person_id) for company in queries.cast()]
    context = {
        "groups": groups,
        "count": sum(len(group.faces) for group in groups),
        "password": cast.PASSWORD,
        "holder": holder.EMAIL,
    }
    return render(request, "demo/people.html", context)


def _group(company: queries.Cast, me: UUID | None) -> Group:
    known = cast.COMPANIES_BY_NAME.get(company.company)
    return Group(
        name=company.company,
        about=known.about if known else "",
        faces=tuple(
            Face(
                id=part.person.pk,
                name=part.person.name,
                email=part.person.email,
                roles=", ".join(str(_role(role, is_staff=not company.company)) for role in part.roles),
                what=cast.WHAT.get(part.person.email, ""),
                language=part.person.language,
                is_me=part.person.pk == me,
            )
            for part in company.parts
        ),
    )


def _role(role: str, *, is_staff: bool) -> str | Promise:
    return STAFF_ROLES[StaffRole(role)] if is_staff else ROLES[Role(role)]


@require_POST
@in_demo
def become_person(request: ActorRequest) -> HttpResponse:
    """POST /demo/become/: be `person` from now on, where `next` says."""
    try:
        wanted = UUID(request.POST.get("person", ""))
    except ValueError:
        raise NotFound from None
    person = become(actor=request.actor, person_id=wanted)
    # Another person's session, with whatever it chose, ends here.
    request.session.flush()
    letting_in.let_in(request=request, person=person, how="demo", factor=proofs.EXEMPT)
    response = HttpResponseRedirect(ui.back(request))
    # Who looks at the demo goes on in the language he reads, whoever he becomes.
    preferences.keep_language(response, get_language() or "")
    return response


@require_GET
@in_demo
def key(request: ActorRequest) -> HttpResponse:
    """GET /demo/key/: the key file of the story's holder; its passphrase is everybody's password."""
    response = HttpResponse(holder.key_file(), content_type="application/octet-stream")
    response["Content-Disposition"] = 'attachment; filename="petar-uzunov.pazar-key"'
    return response


@require_GET
@never_cache
@in_demo
def signing_key(request: ActorRequest, person_id: UUID, state: str) -> HttpResponse:
    """GET /demo/signing-key/<person>/good.p12 or expired.p12: to rehearse with, under everybody's password."""
    person = Person.objects.filter(pk=person_id).first()
    mine = identity.memberships(person) if person is not None else ()
    if person is None or not mine or not mine[0].company.number:
        raise NotFound
    made = authority.key_file(person, mine[0].company, moment=clock.db_now(), expired=state == "expired")
    response = HttpResponse(made, content_type="application/x-pkcs12")
    response["Content-Disposition"] = f'attachment; filename="{person.email.partition("@")[0]}-{state}.p12"'
    return response
