from django.apps import AppConfig


class DemoConfig(AppConfig):
    name = "pazar.roof.demo"
    label = "demo"

    def ready(self) -> None:
        from pazar.ground.ui import hall
        from pazar.roof.demo import banner

        hall.register_banner(banner.banner)
