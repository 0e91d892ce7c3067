"""Who may see and change a company's webhooks: its owners and tender managers."""

from tests.access.matrix import OK, Call, Case, Stage

from pazar.ground import clock
from pazar.ground.identity.rules.roles import BIDDING, Role
from pazar.ground.identity.scope import acting
from pazar.ground.webhooks.models import Delivery, Endpoint

URL = "https://93.184.216.34/hook"  # an address, so that no name is looked up


def endpoint(stage: Stage) -> Endpoint:
    actor = stage.actor(Role.OWNER)
    with acting(actor):
        return Endpoint.objects.create(
            company=stage.company,
            url=URL,
            events=["match.found"],
            secret="whsec_c2VjcmV0",
            made_by_id=actor.person_id,
            made_at=clock.db_now(),
        )


def one(stage: Stage) -> Call:
    return Call(kwargs={"endpoint_id": endpoint(stage).pk})


def given(stage: Stage) -> Call:
    return Call(form={"url": URL, "events": ["match.found"]})


def changed(stage: Stage) -> Call:
    return Call(kwargs=one(stage).kwargs, form={"url": URL, "events": ["match.found"], "act": "on"})


def as_json(stage: Stage) -> Call:
    return Call(json={"url": URL, "events": ["match.found"]})


def changed_json(stage: Stage) -> Call:
    return Call(kwargs=one(stage).kwargs, json={"url": URL, "events": ["match.found"], "is_active": True})


def dead(stage: Stage) -> Call:
    own = endpoint(stage)
    with acting(stage.actor(Role.OWNER)):
        Delivery.objects.create(
            endpoint=own,
            company_id=own.company_id,
            source="1:match.found",
            type="match.found",
            content={},
            state="dead",
            made_at=clock.db_now(),
        )
    return Call(kwargs={"endpoint_id": own.pk})


CASES = [
    Case(route="webhooks:list", allowed=BIDDING, foreign=OK),
    Case(route="webhooks:list", method="POST", make=given, allowed=BIDDING, foreign=OK),
    Case(route="webhooks:one", make=one, allowed=BIDDING),
    Case(route="webhooks:one", method="POST", make=changed, allowed=BIDDING),
    Case(route="webhooks:rotate", method="POST", make=one, allowed=BIDDING),
    Case(route="webhooks:remove", method="POST", make=one, allowed=BIDDING),
    Case(route="webhooks:test", method="POST", make=one, allowed=BIDDING),
    Case(route="webhooks:replay", method="POST", make=dead, allowed=BIDDING),
    Case(route="api:list_webhooks", allowed=BIDDING, foreign=OK),
    Case(route="api:make_webhook", method="POST", make=as_json, allowed=BIDDING, foreign=OK),
    Case(route="api:change_webhook", method="PUT", make=changed_json, allowed=BIDDING),
    Case(route="api:remove_webhook", method="DELETE", make=one, allowed=BIDDING),
    Case(route="api:rotate_webhook", method="POST", make=one, allowed=BIDDING),
    Case(route="api:test_webhook", method="POST", make=one, allowed=BIDDING),
    Case(route="api:list_webhook_deliveries", make=one, allowed=BIDDING),
    Case(route="api:replay_webhook", method="POST", make=dead, allowed=BIDDING),
]
