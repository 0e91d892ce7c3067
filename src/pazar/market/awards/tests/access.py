"""Who may compare and award: the buyer's buyers; who reads what was decided."""

from tests.access.matrix import OK, Call, Case, Stage, public

from pazar.ground.identity.rules.roles import BUYING, Role
from pazar.market.awards.commands import exclude
from pazar.market.awards.tests.factories import Opened, make_opened

REASON = "Не е каквото се иска."


def opened(stage: Stage) -> Opened:
    """Of `stage.company`; the strangers bid nothing."""
    return make_opened("12", "11", buyer=stage.actor(Role.BUYER))


def _of(case: Opened, **more: object) -> Call:
    return Call(kwargs={"procedure_id": case.procedure.pk}, **more)  # type: ignore[arg-type]


def _pair(case: Opened) -> dict[str, str]:
    return {"lot": str(case.lot.pk), "bid": str(case.receipts[0].bid_id)}


def with_one_set_aside(stage: Stage) -> Opened:
    case = opened(stage)
    exclude.set_aside(
        actor=case.buyer,
        procedure_id=case.procedure.pk,
        lot_id=case.lot.pk,
        bid_id=case.receipts[0].bid_id,
        reason=REASON,
    )
    return case


def decision(stage: Stage) -> Call:
    case = opened(stage)
    return _of(case, form={"seen": case.seen()})


def decision_of_a_program(stage: Stage) -> Call:
    case = opened(stage)
    return _of(case, json={"seen": case.seen(), "reason": ""})


def setting_aside(stage: Stage) -> Call:
    case = opened(stage)
    return _of(case, form={**_pair(case), "reason": REASON}, json=None)


def setting_aside_by_a_program(stage: Stage) -> Call:
    case = opened(stage)
    return _of(case, json={**_pair(case), "reason": REASON})


def awarded(stage: Stage) -> Call:
    case = opened(stage)
    case.award()
    return _of(case)


def protocol(stage: Stage) -> Call:
    made = awarded(stage)
    return Call(kwargs={**made.kwargs, "language": "bg"})


def taking_back(stage: Stage) -> Call:
    case = with_one_set_aside(stage)
    return _of(case, form=_pair(case))


def taking_back_by_a_program(stage: Stage) -> Call:
    case = with_one_set_aside(stage)
    return _of(case, json=_pair(case))


CASES = [
    Case(route="awards:decide", make=lambda stage: _of(opened(stage)), allowed=BUYING),
    Case(route="awards:decide", method="POST", make=decision, allowed=BUYING),
    Case(route="awards:set_aside", method="POST", make=setting_aside, allowed=BUYING),
    Case(route="awards:take_back", method="POST", make=taking_back, allowed=BUYING),
    # All the buyer's people, and the bidders: those are in tests/pages.
    Case(route="awards:protocol", make=protocol),
    Case(route="api:comparison", make=lambda stage: _of(opened(stage)), allowed=BUYING),
    Case(route="api:make_award", method="POST", make=decision_of_a_program, allowed=BUYING),
    Case(route="api:set_aside", method="POST", make=setting_aside_by_a_program, allowed=BUYING),
    Case(route="api:take_back", method="POST", make=taking_back_by_a_program, allowed=BUYING),
    public("api:read_award", awarded),
    public("awards:awards"),
    public("awards:items"),
    *(
        Case(route=route, make=lambda stage: Call(kwargs={"form": "csv"}), foreign=OK)
        for route in ("awards:export_awards", "awards:export_items")
    ),
    *(public(f"api:{name}") for name in ("list_awards", "count_awards", "list_items", "count_items")),
]
