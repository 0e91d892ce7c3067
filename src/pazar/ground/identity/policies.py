"""What roles allow, asked by every domain in the same words."""

from collections.abc import Collection

from pazar.ground.errors import NotAllowed, NotFound
from pazar.ground.identity.rules.actor import Actor
from pazar.ground.identity.rules.roles import Role, StaffRole


def require(actor: Actor, roles: Collection[Role]) -> None:
    """Refuse unless `actor` acts for a company in one of `roles`. Raises NotAllowed."""
    if not actor.has(roles):
        raise NotAllowed


def require_staff(actor: Actor, role: StaffRole) -> None:
    """The centre's own pages don't exist for anybody else. Raises NotFound."""
    if not actor.is_staff(role):
        raise NotFound
