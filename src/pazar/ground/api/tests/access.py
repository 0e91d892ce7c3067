"""Who may call what belongs to no domain."""

from tests.access.matrix import OK, Call, Case, Stage, persons, public

from pazar.ground import clock
from pazar.ground.api.models import Token
from pazar.ground.identity.rules.roles import Role
from pazar.ground.messages.tests.access import message


def new_token(stage: Stage) -> Call:
    return Call(form={"name": "x", "company": "", "days": "30", "scopes": ["person:read"]})


def token_of_the_owner(stage: Stage) -> Call:
    token = Token.objects.create(
        person=stage.people[Role.OWNER], name="x", digest=b"x", scopes=["person:read"], created_at=clock.db_now()
    )
    return Call(kwargs={"token_id": token.pk})


def told_daily(_stage: Stage) -> Call:
    return Call(json={"hour": 9, "weekday": 4, "quiet_from": 22, "quiet_until": 7, "paces": []})


CASES = [
    public("tokens:healthz"),
    public("tokens:readyz"),
    public("tokens:problem", lambda stage: Call(kwargs={"code": "not_found"})),
    persons("tokens:list"),
    persons("tokens:list", new_token, method="POST"),
    # A person's own, whatever his company: his colleagues don't even learn that it is there.
    Case(
        route="tokens:revoke",
        method="POST",
        make=token_of_the_owner,
        allowed=frozenset({Role.OWNER}),
        refused=404,
    ),
    public("api:openapi-json"),
    public("api:suggest_cpv", lambda stage: Call(query={"text": "Доставка на кабели"})),
    public("api:cpv", lambda stage: Call(query={"q": "кабел"})),
    public("api:nuts", lambda stage: Call(query={"q": "Ямбол"})),
    Case(route="api:list_messages", foreign=OK, nobody=OK, staff=frozenset()),
    Case(
        route="api:read_message",
        method="POST",
        make=message,
        allowed=frozenset({Role.OWNER}),
        refused=404,
        nobody=404,
    ),
    Case(route="api:read_delivery", foreign=OK, nobody=OK, staff=frozenset()),
    Case(route="api:change_delivery", method="PUT", make=told_daily, foreign=OK, nobody=OK, staff=frozenset()),
    Case(route="api:me", foreign=OK, nobody=OK, staff=frozenset()),
]
