"""The companies, and the journal: heads and proofs (its entries are the export at /journal/export.jsonl)."""

import base64
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from django.http import HttpRequest
from ninja import Query, Router, Schema
from pydantic import Field

from pazar.ground import keys
from pazar.ground.api.paging import Page, Place, page
from pazar.ground.errors import NotFound
from pazar.ground.identity import queries as companies
from pazar.ground.identity.models import Company
from pazar.ground.journal import queries, tree
from pazar.ground.journal.models import Head, Stamp
from pazar.ground.journal.rules import head as signed

router = Router(tags=["journal"])
MOST = 2**63 - 1


class TwoHeads(Schema):
    """Their sizes."""

    old: int = Field(ge=1, le=MOST)
    new: int = Field(ge=1, le=MOST)


class EntryAndHead(Schema):
    """An entry's number and a head's size."""

    number: int = Field(ge=1, le=MOST)
    size: int = Field(ge=1, le=MOST)


class StampOut(Schema):
    """An outside time stamp (RFC 3161) of the text above the head's signature."""

    authority: str
    stamped_at: datetime
    answer: str = Field(description="The authority's answer (TimeStampResp, DER), base64.")

    @classmethod
    def of(cls, stamp: Stamp) -> "StampOut":
        return cls(
            authority=stamp.authority,
            stamped_at=stamp.stamped_at,
            answer=base64.b64encode(bytes(stamp.answer)).decode(),
        )


class HeadOut(Schema):
    """The tree at one size. Whoever keeps it can show later that the journal went on from it, or didn't."""

    size: int = Field(description="How many entries it covers.")
    root: str = Field(description="Of the Merkle tree over their leaves (RFC 9162), hexadecimal.")
    made_at: datetime
    note: str = Field(description="What is published and signed: a checkpoint (C2SP tlog-checkpoint), whole.")
    centre_key: str = Field(description="Ed25519, hexadecimal. Compare it with one you got elsewhere.")
    verifier_key: str = Field(description="The same as tools for signed notes want it.")
    stamps: list[StampOut]

    @classmethod
    def of(cls, head: Head) -> "HeadOut":
        public = keys.centre_public()
        return cls(
            size=head.size,
            root=bytes(head.root).hex(),
            made_at=head.made_at,
            note=head.note,
            centre_key=public.hex(),
            verifier_key=signed.verifier_key(signed.read(head.note).origin, public),
            stamps=[StampOut.of(one) for one in head.stamps.all()],
        )


class ConsistencyOut(Schema):
    """That the newer tree begins with the older one (RFC 9162, 2.1.4)."""

    old: int
    new: int
    path: list[str]


class InclusionOut(Schema):
    """That an entry stands in a tree (RFC 9162, 2.1.3); entry numbers count from 1, the RFC's from 0."""

    number: int
    size: int
    leaf: str
    path: list[str]


@router.get("/journal/heads", response=Page[HeadOut], url_name="journal_heads")
def list_journal_heads(request: HttpRequest, place: Query[Place]) -> dict[str, Any]:
    """All heads, the newest first."""
    return page(request, queries.heads(), ["-size"], place, show=HeadOut.of)


@router.get("/journal/heads/latest", response=HeadOut, url_name="journal_head_latest")
def latest_journal_head(request: HttpRequest) -> HeadOut:
    """The newest head."""
    found = queries.heads().order_by("-size").first()
    if found is None:
        raise NotFound
    return HeadOut.of(found)


@router.get("/journal/heads/{size}", response=HeadOut, url_name="journal_head")
def one_journal_head(request: HttpRequest, size: int) -> HeadOut:
    """The head of one size. There is none for most sizes: a head covers what came in within a second."""
    if not 0 < size <= MOST:
        raise NotFound
    return HeadOut.of(tree.head(size))


@router.get("/journal/consistency", response=ConsistencyOut, url_name="journal_consistency")
def journal_consistency(request: HttpRequest, asked: Query[TwoHeads]) -> ConsistencyOut:
    """The proof that one head goes on from an older one."""
    path = tree.consistency(asked.old, asked.new)
    return ConsistencyOut(old=asked.old, new=asked.new, path=[step.hex() for step in path])


@router.get("/journal/inclusion", response=InclusionOut, url_name="journal_inclusion")
def journal_inclusion(request: HttpRequest, asked: Query[EntryAndHead]) -> InclusionOut:
    """The proof that entry `number` stands under the head of `size` entries."""
    found = tree.inclusion(asked.number, asked.size)
    return InclusionOut(
        number=found.number, size=found.size, leaf=found.leaf.hex(), path=[step.hex() for step in found.path]
    )


class CompaniesAsked(Schema):
    """What the list of companies is narrowed to."""

    q: str = Field("", max_length=200, description="Words of the name in either script, or the register number.")
    country: str = Field("", max_length=2, pattern=r"^([A-Z]{2})?$", description="ISO 3166-1, two letters.")
    only_members: bool = Field(False, description="Those that trade here; else those known from notices too.")
    order: Literal["", "name", "newest"] = Field("", description="By name, members first; or the newest here first.")


class CompanyRow(Schema):
    """A company as its public card names it."""

    id: UUID
    name: str
    country: str
    number_scheme: str
    number: str
    town: str
    is_member: bool

    @classmethod
    def of(cls, row: Company) -> "CompanyRow":
        return cls(
            id=row.pk,
            name=row.name,
            country=row.country,
            number_scheme=row.number_scheme,
            number=row.number,
            town=row.town,
            is_member=row.standing == Company.Standing.MEMBER,
        )


@router.get("/companies", response=Page[CompanyRow], tags=["companies"])
def list_companies(request: HttpRequest, asked: Query[CompaniesAsked], place: Query[Place]) -> dict[str, Any]:
    """Companies, those that trade here first, by name."""
    found = companies.listed(
        text=" ".join(asked.q.replace("\x00", " ").split()), country=asked.country, only_members=asked.only_members
    )
    order = ["-id"] if asked.order == "newest" else ["standing", "name", "id"]
    return page(request, found, order, place, show=CompanyRow.of)
