"""What an applicant is written: he has no log-in yet, so each mail carries the link to his own case."""

import hashlib
import secrets

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as said

from pazar.ground.messages.commands import writing
from pazar.ground.messages.commands.telling import Render, Told
from pazar.market.companies.models import Application


def digest(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()


def write(application: Application, render: Render) -> None:
    """One mail with a new link; the one before is void. The application isn't saved here."""
    token = secrets.token_urlsafe(32)
    application.digest = digest(token)
    path = reverse("companies:case_of_applicant", args=[token])
    mail = writing.write(address=application.email, language=application.language, path=path, render=render)
    application.mail_ids = [*application.mail_ids, mail.pk]


def confirm(application: Application, *, has_log_in: bool) -> Render:
    def render(_language: str) -> Told:
        text = said(
            "{name}, you want to register {company} on {centre}. Confirm by the link below that this address is "
            "yours; then the registration goes on.\n\nWithout that all you typed is deleted after 72 hours."
        ).format(name=application.person_name, company=application.name, centre=settings.CENTRE_NAME)
        if has_log_in:
            text += "\n\n" + said(
                "There is a log-in with this address already. Once the company is let in, you act for it with the same "
                "password."
            )
        return Told(title=said("Confirm your e-mail address"), text=text)

    return render


def confirm_person(application: Application, *, has_log_in: bool) -> Render:
    def render(_language: str) -> Told:
        text = said(
            "{name}, you want to register on {centre} as a private person. Confirm by the link below that this address "
            "is yours.\n\nWithout that all you typed is deleted after 72 hours."
        ).format(name=application.person_name, centre=settings.CENTRE_NAME)
        if has_log_in:
            text += "\n\n" + said("There is a log-in with this address already; you needn't do anything to keep it.")
        return Told(title=said("Confirm your e-mail address"), text=text)

    return render


def asked(application: Application, words: str) -> Render:
    return lambda _language: Told(
        title=said("A question about your registration"),
        text=said("About the registration of {company} we have to know more:").format(company=application.name)
        + f"\n\n{words}\n\n"
        + said("Answer on the page behind the link."),
    )


def refused(application: Application, words: str) -> Render:
    return lambda _language: Told(
        title=said("Your registration was refused"),
        text=said("{company} was not let in on {centre}, for this reason:").format(
            company=application.name, centre=settings.CENTRE_NAME
        )
        + f"\n\n{words}",
    )


def reopened(application: Application) -> Render:
    return lambda _language: Told(
        title=said("Your registration is looked at again"),
        text=said("The decision on {company} was taken back; we look at it again and write to you.").format(
            company=application.name
        ),
    )


def verified(application: Application) -> Render:
    return lambda _language: Told(
        title=said("The register has answered"),
        text=said("We couldn't ask the register when you registered {company}. Now it has answered.").format(
            company=application.name
        ),
    )


def let_in(application: Application, *, has_password: bool) -> Render:
    def render(_language: str) -> Told:
        text = (
            said("You are registered on {centre}. Your user name is {email}.")
            if application.is_private
            else said("{company} is now one of the companies on {centre}. Your user name is {email}.")
        ).format(company=application.name, centre=settings.CENTRE_NAME, email=application.email)
        more = (
            (
                said("Log in with your password, as before.")
                if application.is_private
                else said("Log in with your password and choose the company at your name.")
            )
            if has_password
            else said("Set your password by the link below. It works once, for 72 hours; we never send passwords.")
        )
        return Told(title=said("Your registration is approved"), text=f"{text}\n\n{more}")

    return render


def declined(application: Application) -> Render:
    return lambda _language: Told(
        title=said("Your registration was refused"),
        text=said(
            "{company} is here already, and its owners didn't admit you. Talk to them, then register again."
        ).format(company=application.name),
    )
