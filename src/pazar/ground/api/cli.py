"""`pazar token`: tokens for programs, without the page."""

import click

from pazar.ground.console import centre_command


@click.group()
def token() -> None:
    """Tokens with which programs use the API."""


@token.command()
@click.option("--email", "--person", "email", required=True, metavar="EMAIL", help="Whose token it is.")
@click.option("--scope", multiple=True, required=True, help="What it may do, for instance bids:write; repeatable.")
@click.option("--name", default="Command line", show_default=True, help="What it is for.")
@click.option("--company", metavar="COUNTRY:NUMBER", help="For which company; the person's only one if not said.")
@click.option("--days", type=click.IntRange(1, 3650), help="Good for so many days; till revoked if not said.")
@centre_command
def create(email: str, scope: tuple[str, ...], name: str, company: str | None, days: int | None) -> None:
    """Make a token and print its secret, this once."""
    from datetime import timedelta

    from pazar.ground import clock
    from pazar.ground.api import tokens
    from pazar.ground.errors import Invalid
    from pazar.ground.identity import queries
    from pazar.ground.identity.rules.actor import CENTRE

    person = queries.person_by_email(email)
    if person is None:
        raise Invalid(fields={"--person": "nobody has this e-mail address"})
    mine = queries.memberships(person)
    if company:
        country, _colon, number = company.partition(":")
        mine = [m for m in mine if (m.company.country, m.company.number) == (country.upper(), number.strip())]
        if not mine:
            raise Invalid(fields={"--company": "COUNTRY:NUMBER of a company this person acts for"})
    if len(mine) > 1:
        raise Invalid(fields={"--company": "this person acts for several; say which"})
    made, secret = tokens.create_token(
        actor=CENTRE,
        person=person,
        name=name,
        scopes=scope,
        company_id=mine[0].company_id if mine else None,
        expires_at=clock.db_now() + timedelta(days=days) if days else None,
    )
    click.echo(f"{made.pk} acts for {mine[0].company.name if mine else 'no company'}.", err=True)
    click.echo(secret)


@token.command()
@click.argument("token_id", type=click.UUID)
@centre_command
def revoke(token_id: str) -> None:
    """Take back the token of this id."""
    from uuid import UUID

    from pazar.ground.api import tokens
    from pazar.ground.identity.rules.actor import CENTRE

    tokens.revoke_token(actor=CENTRE, token_id=UUID(str(token_id)))
    click.echo("Revoked.")
