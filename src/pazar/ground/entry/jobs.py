"""Background jobs of getting in."""

from procrastinate.contrib.django import app

from pazar.ground import sealing


@app.task(name="entry.send_link", pass_context=False)
def send_link(email: str) -> None:
    """`email` lies sealed: a table of jobs isn't the place where addresses of strangers stay."""
    from pazar.ground.entry.commands import forgotten

    forgotten.send_link(email=sealing.unseal_text(email))
