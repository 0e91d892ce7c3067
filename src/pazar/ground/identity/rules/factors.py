"""When a password alone isn't enough (A4)."""

from collections.abc import Collection

from pazar.ground.identity.rules.roles import Role, StaffRole


def is_wanted(
    *, staff_roles: Collection[StaffRole], roles: Collection[Role], roles_of_company: Collection[Role]
) -> bool:
    """Whether a second factor is demanded of somebody: of the centre's staff always, else by his company's choice.

    `roles_of_company` are those for which the company he acts for demands one.
    """
    return bool(staff_roles) or not set(roles).isdisjoint(roles_of_company)
