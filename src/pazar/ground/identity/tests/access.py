"""Who may call the routes of persons: everybody his own."""

from tests.access.matrix import OK, Call, Case, Stage, persons


def another_company(stage: Stage) -> Call:
    """Own people may act for their company; whoever isn't one of them may not."""
    return Call(form={"company": str(stage.company.pk)})


def own_settings(stage: Stage) -> Call:
    return Call(form={"name": "Мария", "language": "bg", "zone": "Europe/Sofia", "theme": "dark"})


def wrong_password(stage: Stage) -> Call:
    """A right one would end the sessions of the matrix; the tests beside change it."""
    return Call(form={"old": "old password 2026", "new": "new password 2027", "again": "another one"})


CASES = [
    persons("identity:settings"),
    persons("identity:settings", own_settings, method="POST"),
    persons("identity:password"),
    Case(
        route="identity:password",
        method="POST",
        make=wrong_password,
        allowed=frozenset(),
        refused=422,
        foreign=422,
        nobody=422,
    ),
    Case(route="identity:act_for", method="POST", make=another_company, of_both=OK),
]
