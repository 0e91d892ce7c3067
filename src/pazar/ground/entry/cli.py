"""`pazar person forget-factors`: for somebody who lost all that he showed himself by."""

import click

from pazar.ground.console import centre_command
from pazar.ground.identity.cli import person


@person.command("forget-factors")
@click.option("--email", required=True)
@centre_command
def forget_factors(email: str) -> None:
    """Take away a person's second factors and log him out everywhere; make sure first that it is he who asks."""
    from pazar.ground.entry.commands import factors
    from pazar.ground.errors import NotFound
    from pazar.ground.identity import queries
    from pazar.ground.identity.commands import sittings
    from pazar.ground.identity.rules.actor import CENTRE

    found = queries.person_by_email(email)
    if found is None:
        raise NotFound
    factors.remove_all(actor=CENTRE, person_id=found.pk)
    ended = sittings.end_all(person_id=found.pk)
    click.echo(f"{found.name} <{found.email}> has no second factor any more; {ended} sessions ended.")


__all__ = ["person"]
