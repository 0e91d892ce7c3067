"""`pazar person`: the first people of a centre that isn't a demo."""

import secrets

import click

from pazar.ground.console import centre_command
from pazar.ground.identity.rules.roles import Role, StaffRole


@click.group()
def person() -> None:
    """People who may log in."""


@person.command()
@click.option("--email", required=True)
@click.option("--name", required=True)
@click.option("--password", help="One is made and shown once, if not said.")
@click.option("--language", type=click.Choice(["en", "bg"]), default="en", show_default=True)
@click.option("--staff", type=click.Choice([str(r) for r in StaffRole]), multiple=True, help="A role in the centre.")
@click.option("--company", help="The company to act for: COUNTRY:NUMBER, for instance BG:123456789.")
@click.option("--company-name", help="Its name; it is taken in as a member if it isn't one yet.")
@click.option("--role", type=click.Choice([str(r) for r in Role]), multiple=True, help="A role in the company.")
@centre_command
def create(
    email: str,
    name: str,
    password: str | None,
    language: str,
    staff: tuple[str, ...],
    company: str | None,
    company_name: str | None,
    role: tuple[str, ...],
) -> None:
    """Make a person who may log in, perhaps with a company and roles in it."""
    from django.db import transaction

    from pazar.ground.errors import Invalid
    from pazar.ground.identity.commands import companies, persons
    from pazar.ground.identity.rules.actor import CENTRE

    shown = password is None
    password = password or secrets.token_urlsafe(12)
    with transaction.atomic():
        made = persons.create_person(
            actor=CENTRE,
            email=email,
            name=name,
            password=password,
            language=language,
            staff_roles=tuple(StaffRole(s) for s in staff),
        )
        if company:
            country, _colon, number = company.partition(":")
            if not number or len(country) != 2:
                raise Invalid(fields={"--company": "COUNTRY:NUMBER, for instance BG:123456789"})
            member = companies.make_member(
                actor=CENTRE,
                facts=companies.CompanyFacts(
                    name=company_name or company, country=country.upper(), number=number.strip()
                ),
            )
            companies.give_roles(
                actor=CENTRE, person=made, company_id=member.pk, roles=[Role(r) for r in role or (Role.OWNER,)]
            )
    click.echo(f"{made.name} <{made.email}> may log in." + (f" Password: {password}" if shown else ""))
