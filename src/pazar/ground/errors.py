"""One base for everything the house refuses (RFC 9457 on the API, three sentences on a page)."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Sentence = str | Promise


class Refusal(Exception):
    """What happened, why, and what to do.

    `code` is stable and public: the API answers it, tests and clients rely on it. `status` is the
    HTTP status. `fields` maps a form's or body's field to its own sentence. A subclass gives its
    three sentences as `str.format` templates over `params`, lazily translated.
    """

    code: ClassVar[str] = "refused"
    status: ClassVar[int] = 409
    what: ClassVar[Sentence] = ""
    why: ClassVar[Sentence] = ""
    remedy: ClassVar[Sentence] = ""

    def __init__(self, *, fields: Mapping[str, Sentence] | None = None, **params: Any) -> None:
        self.fields: Mapping[str, Sentence] = fields or {}
        self.params = params
        super().__init__(self.code)

    def _say(self, sentence: Sentence) -> str:
        return str(sentence).format(**self.params) if sentence else ""

    @property
    def sentences(self) -> tuple[str, str, str]:
        """What happened, why, what to do: in the active language; empty where there is nothing to say."""
        return self._say(self.what), self._say(self.why), self._say(self.remedy)

    def __str__(self) -> str:
        return f"{self.code}: {' '.join(part for part in self.sentences if part)}"


class NotFound(Refusal):
    """Nothing by that name, or nothing this actor may know of: a foreign thing is not found, never forbidden."""

    code = "not_found"
    status = 404
    what = _("There is nothing here by that name.")
    why = _("It may have been removed, or it belongs to another company.")
    remedy = _("Check the address, or look for it in the list.")


class NotAllowed(Refusal):
    """The actor's own company's thing, but his role doesn't allow this act."""

    code = "not_allowed"
    status = 403
    what = _("You can't do this.")
    why = _("Your role in the company doesn't include it.")
    remedy = _("Ask an owner of your company for the role, or let a colleague who has it do this.")


class Invalid(Refusal):
    """Input that doesn't fit; every faulty field is named at once in `fields`."""

    code = "invalid"
    status = 422
    what = _("Some fields need another look.")
    why = _("What was entered there doesn't fit.")
    remedy = _("Correct the marked fields; nothing you typed is lost.")
