from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AwardsConfig(AppConfig):
    name = "pazar.market.awards"
    label = "awards"

    def ready(self) -> None:
        from pazar.ground.messages import kinds
        from pazar.ground.people.commands import approvals
        from pazar.ground.people.rules.chain import Kind
        from pazar.ground.ui import hall
        from pazar.market.awards import queries
        from pazar.market.awards.commands import award
        from pazar.market.bids.rules import endings

        endings.connect(queries.endings)
        approvals.provide(Kind.AWARD, award.wish_for)

        # Whoever bid must hear how it ended: no unsubscribing from that.
        kinds.register(
            kinds.Kind(key="award", label=_("How procedures you bid in were decided"), may_mute=False, urgent=True)
        )
        for order, label, icon, name in (
            (70, _("Awards"), "award", "awards:awards"),
            (75, _("Products"), "package", "awards:items"),
        ):
            hall.register(
                hall.Entry(wing="market", order=order, label=label, icon=icon, url_name=name, public=True, phone=False)
            )
