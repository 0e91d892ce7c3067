"""What the clock brings to registrations; named in `roof.wiring`."""

from uuid import UUID

from django.conf import settings

from pazar.market.companies.commands import applying, deciding, known_names, watching


def ask_register_again(application_id: UUID) -> None:
    applying.want_register_again(application_id)


def escalate(name: str, application_id: UUID) -> None:
    deciding.escalate(name, application_id)


ALARMS = (applying.DUE_SOON, applying.OVERDUE)


def forget_unconfirmed() -> int:
    return applying.forget_unconfirmed()


def forget_decided() -> int:
    return applying.forget_decided(kept=settings.APPLICATIONS_KEPT)


def ask_registers_again() -> int:
    return applying.ask_registers_again()


def watch_members() -> int:
    return watching.watch_members()


def keep_known_names() -> int:
    return known_names.catch_up()
