"""Which entries everybody may read; of all others the public sees the leaf alone.

A desk's work, an interest, who asked a question: such entries are nobody else's business, ever, though their leaves
stand in the same order as everything else and bind the centre to what it wrote. Who bid without winning is the
business of the buyer and the bidders, after the opening too.
"""

KINDS = frozenset(
    {
        "procedure.published",
        "procedure.changed",
        "procedure.closed",
        "procedure.opened",
        "procedure.awarded",
        "procedure.cancelled",
        "procedure.failed",
        "enquiry.answered",
        "box.made",
        "box.closed",
        "box.shares-released",
        "box.opened",
        "bid.set_aside",
        "bid.taken_back",
        "lots.awarded",
        "company.admitted",
        "journal.payload_erased",
        "notices.imported",
        "register.loaded",
        "clock.moved",
        "demo.became",
        "demo.story_told",
    }
)


def is_public(kind: str, *, is_secret: bool) -> bool:
    """Whether an entry of this kind is shown whole; `is_secret` while its key isn't disclosed."""
    return kind in KINDS and not is_secret
