"""Who acts: a person, for a company, in roles, by a page, a token or the centre itself."""

from collections.abc import Collection
from dataclasses import dataclass, field
from uuid import UUID

from pazar.ground.identity.rules.roles import Role, StaffRole


@dataclass(frozen=True, kw_only=True)
class Actor:
    """`person_id` None is nobody (a visitor) or the centre's own jobs (`is_centre`).

    `scopes` is None for a person on a page (all he may do) and the token's scopes on the API.
    """

    person_id: UUID | None = None
    person_name: str = ""
    company_id: UUID | None = None
    company_name: str = ""
    roles: frozenset[Role] = frozenset()
    staff_roles: frozenset[StaffRole] = frozenset()
    scopes: frozenset[str] | None = None
    companies: tuple[tuple[UUID, str], ...] = field(default=(), compare=False)
    """All he may act for, with their names, in order: what the frame's switch shows."""
    is_centre: bool = field(default=False)
    wants_factor: bool = False
    """His roles demand a second factor of him (A4)."""
    is_held: bool = False
    """He was let in without the second factor that he must have: he holds no role until he has set one."""

    @property
    def is_somebody(self) -> bool:
        return self.person_id is not None

    def has(self, roles: Collection[Role]) -> bool:
        """Whether he acts for a company in one of `roles`."""
        return self.company_id is not None and not self.roles.isdisjoint(roles)

    def is_staff(self, role: StaffRole) -> bool:
        return role in self.staff_roles


NOBODY = Actor()
CENTRE = Actor(is_centre=True, person_name="centre")
"""The centre's own reactions and jobs: passes every company's scope, holds no role and no key."""
