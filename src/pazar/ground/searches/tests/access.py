"""A saved search is its person's alone."""

from tests.access.matrix import Call, Case, Stage, persons

from pazar.ground.identity.rules.roles import Role
from pazar.ground.searches.commands import save_search
from pazar.ground.searches.models import SavedSearch

SAID = {"kind": "companies", "query": "q=кабел", "name": "Кабели"}


def saved(stage: Stage) -> SavedSearch:
    """Of one of the company's people: his colleagues don't see it either."""
    return save_search(actor=stage.actor(Role.TENDER_MANAGER), **SAID)


def one(stage: Stage) -> Call:
    return Call(kwargs={"search_id": saved(stage).pk})


def renamed(stage: Stage) -> Call:
    return Call(kwargs=one(stage).kwargs, form={"name": "Тръби"})


def renamed_json(stage: Stage) -> Call:
    return Call(kwargs=one(stage).kwargs, json={"name": "Тръби"})


def _only_his(route: str, method: str, make: object) -> Case:
    return Case(
        route=route,
        method=method,
        make=make,  # type: ignore[arg-type]
        allowed=frozenset({Role.TENDER_MANAGER}),
        refused=404,
        nobody=404,
    )


CASES = [
    persons("searches:list"),
    persons("searches:list", lambda stage: Call(form=SAID), method="POST"),
    _only_his("searches:open", "GET", one),
    _only_his("searches:rename", "POST", renamed),
    _only_his("searches:remove", "POST", one),
    persons("api:list_searches"),
    persons("api:save_search", lambda stage: Call(json=SAID), method="POST"),
    _only_his("api:read_search", "GET", one),
    _only_his("api:rename_search", "PATCH", renamed_json),
    _only_his("api:look_at_search", "POST", lambda stage: Call(kwargs=one(stage).kwargs, json={})),
    _only_his("api:remove_search", "DELETE", one),
]
