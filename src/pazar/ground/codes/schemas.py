"""Reasons as the API gives them, the same in both wings."""

from uuid import UUID

from ninja import Schema
from pydantic import Field

from pazar.ground.codes.rules.reason import Reason, Under


class UnderOut(Schema):
    code: str
    asked: str = Field(description="The code of the interest that it is or stands under.")

    @classmethod
    def all_of(cls, unders: tuple[Under, ...]) -> "list[UnderOut]":
        return [cls(code=under.code, asked=under.asked) for under in unders]


class ReasonOut(Schema):
    """Why something fits an interest, to be computed with; its sentence stands beside it."""

    lot: str = Field(description="The lot's number; empty where there is one lot alone.")
    more_lots: int = Field(description="How many lots fit besides it.")
    categories: list[UnderOut]
    regions: list[UnderOut]
    words: list[str] = Field(description="Words of the interest that were found, as typed.")
    value: str = Field(description="not_asked, inside, not_stated, not_comparable")
    interest_id: UUID | None
    interest_name: str
    interest_version: int = Field(description="The version by which it fitted.")

    @classmethod
    def of(cls, reason: Reason, *, interest_id: UUID | None, name: str, version: int) -> "ReasonOut":
        return cls(
            lot=reason.lot_number,
            more_lots=reason.more_lots,
            categories=UnderOut.all_of(reason.categories),
            regions=UnderOut.all_of(reason.regions),
            words=list(reason.words),
            value=str(reason.value),
            interest_id=interest_id,
            interest_name=name,
            interest_version=version,
        )
