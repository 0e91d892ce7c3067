"""A little API of its own, so that what all endpoints share is tested apart from any domain."""

from uuid import UUID

from django.http import Http404, HttpRequest
from django.urls import path
from ninja import Query, Router, Schema, Status

from pazar.ground.api.auth import TokenAuth
from pazar.ground.api.gate import Api
from pazar.ground.api.paging import Page, Place, page
from pazar.ground.api.scopes import Scope
from pazar.ground.errors import Invalid, NotFound, Refusal
from pazar.ground.identity.models import Company
from pazar.ground.identity.rules.roles import BIDDING
from pazar.ground.identity.scope import _READ

router = Router()


class TooLate(Refusal):
    code = "workshop_too_late"
    status = 409
    what = "It is {hour} o'clock."
    why = "The shop closes earlier."
    remedy = "Come tomorrow."


class Thing(Schema):
    name: str
    price: int = 0


class CompanyOut(Schema):
    id: UUID
    name: str


made: list[str] = []


@router.get("/companies", response=Page[CompanyOut])
def companies(request: HttpRequest, place: Query[Place]) -> dict[str, object]:
    return page(request, Company.objects.all(), ["name", "id"], place)


@router.get("/scope", response=list[str])
def scope(request: HttpRequest) -> list[str]:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(_READ)
        return [value or "" for value in cursor.fetchone()]


@router.get("/break/{how}")
def broken(request: HttpRequest, how: str) -> None:
    if how == "404":
        raise Http404
    if how == "late":
        raise TooLate(hour=7)
    if how == "foreign":
        raise NotFound
    if how == "fields":
        raise Invalid(fields={"lots.0.price": "Too high."})
    raise RuntimeError("canary-of-the-trace")


@router.get("/quote")
def quote(request: HttpRequest, text: str) -> None:
    """PostgreSQL's message quotes the row that it refuses."""
    for _twice in range(2):
        Company.objects.create(name=text, country="BG", number=text)


@router.post("/things", response={201: Thing}, auth=TokenAuth(Scope.BIDS_WRITE, roles=BIDDING))
def make_thing(request: HttpRequest, thing: Thing) -> Status[Thing]:
    made.append(thing.name)
    Company.objects.create(name=thing.name)
    if thing.name == "late":
        raise TooLate(hour=9)
    if thing.name == "bug":
        raise RuntimeError
    return Status(201, thing)


@router.put("/things/{thing_id}", response=Thing, auth=TokenAuth(Scope.BIDS_WRITE))
def change_thing(request: HttpRequest, thing_id: UUID, thing: Thing) -> Thing:
    return thing


api = Api(title="Workshop", urls_namespace="workshop")
api.add_router("", router)
urlpatterns = [path("api/v1/", api.urls)]
