from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class BidsConfig(AppConfig):
    name = "pazar.market.bids"
    label = "bids"

    def ready(self) -> None:
        from pazar.ground.messages import feeds, kinds
        from pazar.ground.people.commands import approvals
        from pazar.ground.people.rules.chain import Kind
        from pazar.ground.ui import hall
        from pazar.market.bids import policies
        from pazar.market.bids.commands import approving, remind, tell

        approvals.provide(Kind.BID, approving.wish_for)

        feeds.register(
            feeds.Feed(
                key="bids_deadlines", label=_("Deadlines of our bids, as a calendar"), route="bids:feed_calendar"
            )
        )
        kinds.register(kinds.Kind(key=tell.RECEIPT, label=_("Receipts of bids you submitted"), urgent=True))
        kinds.register(kinds.Kind(key=tell.CHANGED, label=_("Changes of procedures you bid on"), urgent=True))
        kinds.register(kinds.Kind(key=remind.REMINDER, label=_("Reminders before a deadline"), urgent=True))
        kinds.register(kinds.Kind(key=tell.OPENING, label=_("Openings of bids"), urgent=True))

        hall.register(
            hall.Entry(
                wing="market",
                order=40,
                label=_("My bids"),
                icon="file-certificate",
                url_name="bids:mine",
                visible=lambda request: policies.is_bidder(request.actor),  # type: ignore[attr-defined]
            )
        )
        hall.register(
            hall.Entry(wing="person", order=60, label=_("My sealing key"), icon="key", url_name="bids:sealing_key")
        )
