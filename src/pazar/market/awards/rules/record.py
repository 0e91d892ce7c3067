"""A ranking as plain values: what is stored with the decision, exported, and printed in the protocol."""

from typing import Any

from pazar.market.awards.rules.ranking import Ranking


def record(ranking: Ranking) -> dict[str, Any]:
    """JSON-able; amounts and moments as text, so that nothing is rounded on the way."""
    return {
        "rule": "lowest_price",
        "ranked": [
            {
                "rank": r.rank,
                "bid": str(r.bid.bid_id),
                "company": str(r.bid.company_id),
                "company_name": r.bid.company_name,
                "total": format(r.total, "f"),
                "currency": r.bid.currency,
                "received_at": r.bid.received_at.isoformat(),
                "digest": r.bid.digest,
                "over_best_share": None if r.over_best_share is None else format(round(r.over_best_share, 6), "f"),
                "tie": str(r.tie),
            }
            for r in ranking.ranked
        ],
        "out": [
            {
                "bid": str(o.bid.bid_id),
                "company": str(o.bid.company_id),
                "company_name": o.bid.company_name,
                "total": None if o.bid.total is None else format(o.bid.total, "f"),
                "currency": o.bid.currency,
                "received_at": o.bid.received_at.isoformat(),
                "digest": o.bid.digest,
                "reason": str(o.reason),
                "words": o.words,
            }
            for o in ranking.out
        ],
    }
