"""The table of log-ins that the terminal shows."""

import io

from rich.console import Console
from rich.table import Table

from pazar.roof.demo import cast


def log_ins(*, centre: str) -> str:
    """Everybody of the story with company, role and e-mail address; one password for all."""
    table = Table(box=None, padding=(0, 2, 0, 0))
    for heading in ("Name", "Company", "Role", "E-mail"):
        table.add_column(heading, no_wrap=True)
    for company in cast.COMPANIES:
        for person in company.people:
            table.add_row(person.name, company.name, _words(person.roles), person.email)
    for person in cast.STAFF:
        table.add_row(person.name, centre, _words(person.staff_roles), person.email)
    out = io.StringIO()
    Console(file=out, width=160, force_terminal=False, color_system=None).print(table)
    lines = [line.rstrip() for line in out.getvalue().splitlines()]
    return "\n".join([f"The people of the demo; everybody's password: {cast.PASSWORD}", "", *lines])


def _words(roles: tuple[str, ...]) -> str:
    return ", ".join(str(role).replace("_", " ") for role in roles)
