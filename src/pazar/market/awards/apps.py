from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AwardsConfig(AppConfig):
    name = "pazar.market.awards"
    label = "awards"

    def ready(self) -> None:
        from pazar.ground.messages import kinds
        from pazar.ground.people.commands import approvals
        from pazar.ground.people.rules.chain import Kind
        from pazar.ground.searches import kinds as searches
        from pazar.ground.ui import hall
        from pazar.market.awards import queries
        from pazar.market.awards.commands import award
        from pazar.market.awards.pages import lists
        from pazar.market.bids.rules import endings

        endings.connect(queries.endings)
        approvals.provide(Kind.AWARD, award.wish_for)

        # Whoever bid must hear how it ended: no unsubscribing from that.
        kinds.register(
            kinds.Kind(key="award", label=_("How procedures you bid in were decided"), may_mute=False, urgent=True)
        )
        for order, key, label, icon, newer in (
            (70, "awards", _("Awards"), "award", lists.new_awards),
            (75, "items", _("Products"), "package", lists.new_items),
        ):
            name = f"awards:{key}"
            searches.register(
                searches.Kind(key=key, label=label, icon=icon, url_name=name, kept=lists.SAVED, newer=newer)
            )
            hall.register(
                hall.Entry(wing="market", order=order, label=label, icon=icon, url_name=name, public=True, phone=False)
            )
