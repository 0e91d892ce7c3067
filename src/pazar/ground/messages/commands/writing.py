"""Write to an address that is nobody's here yet: whoever registers, or asks how he gets in again."""

from django.utils import translation

from pazar.ground import clock
from pazar.ground.messages import letters
from pazar.ground.messages.commands.telling import Render
from pazar.ground.messages.models import Mail


def write(*, address: str, language: str, path: str, render: Render) -> Mail:
    """One mail in the transaction of the caller. `path` may hold a secret: the mail lies sealed."""
    with translation.override(language):
        told = render(language)
    mail = letters.Writer(clock.db_now()).to_stranger(
        address=address, language=language, title=told.title, text=told.text, path=path
    )
    mail.save(force_insert=True)
    return mail
