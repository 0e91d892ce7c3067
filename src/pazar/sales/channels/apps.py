from django.apps import AppConfig


class ChannelsConfig(AppConfig):
    name = "pazar.sales.channels"
    label = "channels"

    def ready(self) -> None:
        from pazar.sales.channels.sentences import ENTRIES
        from pazar.sales.customers import timeline

        for kind, (say, icon) in ENTRIES.items():
            timeline.teach(kind, say, icon=icon)
