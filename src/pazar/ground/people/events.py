"""What the ground tells those above it."""

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, kw_only=True)
class PersonLeft:
    """Somebody isn't one of the company's people any more; `heir_id` takes over what he had in hand (A4)."""

    company_id: UUID
    person_id: UUID
    heir_id: UUID
