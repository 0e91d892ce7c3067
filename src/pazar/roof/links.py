"""Addresses of pages that the roof leads to from many places."""

from uuid import UUID

from django.urls import NoReverseMatch, reverse


def to(name: str, *args: object) -> str:
    """The address of the page `name`, empty while nothing answers there."""
    try:
        return reverse(name, args=args)
    except NoReverseMatch:
        return ""


def procedure(procedure_id: UUID) -> str:
    return to("roof:procedure", procedure_id)
