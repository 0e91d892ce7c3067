"""Why matches are matches: the rules over each interest's version of that moment and the lot."""

from collections.abc import Iterable
from uuid import UUID

from pazar.ground.codes import wording
from pazar.market.matching.models import Match
from pazar.market.matching.queries import oracle, stored
from pazar.market.matching.rules import reasons
from pazar.market.matching.rules.reasons import Reason


def of_matches(matches: Iterable[Match]) -> dict[UUID, Reason]:
    """Each match's reason by the match's id: two queries, and one for labels not yet known."""
    rows = list(matches)
    versions = stored.versions([(row.interest_id, row.interest_version) for row in rows])
    lots = oracle.lot_facts({row.lot_id for row in rows})
    found = {
        row.pk: reasons.reason(versions[row.interest_id, row.interest_version], lots[row.lot_id])
        for row in rows
        if (row.interest_id, row.interest_version) in versions and row.lot_id in lots
    }
    wording.know_labels(found.values())
    return found
