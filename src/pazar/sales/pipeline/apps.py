from django.apps import AppConfig


class PipelineConfig(AppConfig):
    name = "pazar.sales.pipeline"
    label = "pipeline"

    def ready(self) -> None:
        from pazar.ground.people.commands import members
        from pazar.sales.customers import timeline
        from pazar.sales.pipeline import hall
        from pazar.sales.pipeline.commands import handing_over
        from pazar.sales.pipeline.sentences import ENTRIES

        for kind, (say, icon) in ENTRIES.items():
            timeline.teach(kind, say, icon=icon)
        hall.register()
        members.provide_burdens(handing_over.burdens)
