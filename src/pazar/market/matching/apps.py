from typing import TYPE_CHECKING, cast

from django.apps import AppConfig
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from pazar.ground.ui.hall import Asked


class MatchingConfig(AppConfig):
    name = "pazar.market.matching"
    label = "matching"

    def ready(self) -> None:
        from pazar.ground.messages import feeds, kinds
        from pazar.ground.ui import hall
        from pazar.market.matching import jobs  # noqa: F401 - its task is known to the worker from here on
        from pazar.market.matching.commands import tell
        from pazar.market.matching.queries import interests

        hall.register(
            hall.Entry(
                wing="market",
                order=30,
                label=_("My matches"),
                icon="bell",
                url_name="matching:matches",
                visible=_is_supplier,
                count=_open_count,
            )
        )
        hall.register(
            hall.Entry(
                wing="market",
                order=35,
                label=_("Interests"),
                icon="adjustments",
                url_name="matching:interests",
                visible=_is_supplier,
                phone=False,
            )
        )
        feeds.register(feeds.Feed(key="matches", label=_("What fits us, as an Atom feed"), route="matching:feed"))
        feeds.register(
            feeds.Feed(
                key="matches_deadlines",
                label=_("Deadlines of what fits us, as a calendar"),
                route="matching:feed_calendar",
            )
        )
        kinds.register(
            kinds.Kind(key=tell.KIND, label=_("Procedures that fit your interests"), topics=interests.topics)
        )


def _is_supplier(request: HttpRequest) -> bool:
    """Whoever acts for a company: any company may sell."""
    from pazar.ground.identity.requests import ActorRequest

    return cast(ActorRequest, request).actor.company_id is not None


def _open_count(request: HttpRequest) -> "Asked":
    from pazar.ground.identity.requests import ActorRequest
    from pazar.ground.ui import now
    from pazar.market.matching.queries import matches

    known: int | None = getattr(request, "matching_open_count", None)
    return known if known is not None else matches.open_procedures(cast(ActorRequest, request).actor, moment=now.now())
