"""Form fields for codes: a list of codes in, a picker on the page, server-side checks always."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from pazar.ground.codes import queries
from pazar.ground.codes.templatetags import codes as tags


class CodePicker(forms.TextInput):
    """The picker as a widget: a text field that a script makes a search with chips."""

    def __init__(self, kind: queries.Kind, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs)
        self.kind = kind

    def render(  # Any: Django's own signature
        self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: Any = None
    ) -> SafeString:
        attributes = self.build_attrs(self.attrs, attrs)
        # The house's engine, not the form renderer's: the picker is one of the house's templates.
        return render_to_string("codes/_picker.html", tags.code_picker(self.kind, name, value or "", attributes))


class CodesField(forms.Field):
    """Several codes of one list; its clean value is a list of codes without check digits."""

    kind: queries.Kind

    def __init__(self, **options: Any) -> None:  # Any: whatever Django's fields take
        options.setdefault("widget", CodePicker(self.kind))
        super().__init__(**options)

    def to_python(self, value: str | None) -> list[str]:
        try:
            return queries.read_codes(self.kind, (value or "").replace("\x00", ""))
        except queries.UnknownCodes as refusal:
            what, _why, remedy = refusal.sentences
            raise ValidationError(f"{what} {remedy}", code=refusal.code) from refusal

    def prepare_value(self, value: str | Iterable[str] | None) -> str:
        return value if isinstance(value, str) else ", ".join(value or ())

    def has_changed(self, initial: Iterable[str] | None, data: str | None) -> bool:
        try:
            return list(initial or ()) != self.to_python(data)
        except ValidationError:
            return True


class CpvField(CodesField):
    """Categories."""

    kind = "cpv"


class NutsField(CodesField):
    """Regions."""

    kind = "nuts"
