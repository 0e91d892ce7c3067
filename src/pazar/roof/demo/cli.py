"""Seed the demo once, and say who its people are."""

from pazar.roof.demo.text import log_ins


def prepare() -> str:
    """The story is told once a database; answers the table of log-ins. Raises Trouble for a real centre."""
    from django.conf import settings

    from pazar.ground.console import Trouble
    from pazar.roof.demo import queries
    from pazar.roof.demo.commands.story import seed

    if not queries.is_demo():
        raise Trouble(
            "This data folder holds a real centre; its demo would stand among real people.\n"
            "Name another folder with --data."
        )
    seed()
    return log_ins(centre=str(settings.CENTRE_NAME))
