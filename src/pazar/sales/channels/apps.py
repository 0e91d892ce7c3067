from django.apps import AppConfig


class ChannelsConfig(AppConfig):
    name = "pazar.sales.channels"
    label = "channels"

    def ready(self) -> None:
        from pazar.ground.people.commands import members
        from pazar.sales.channels.commands import handing_over
        from pazar.sales.channels.sentences import ENTRIES
        from pazar.sales.customers import timeline

        for kind, (say, icon) in ENTRIES.items():
            timeline.teach(kind, say, icon=icon)
        members.provide_burdens(handing_over.burdens)
