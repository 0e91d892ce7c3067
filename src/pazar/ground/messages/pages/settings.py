"""How a person is told: which messages come by mail as well, how soon, and when he is left alone."""

from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.contrib import messages as flash
from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as said
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from pazar.ground import clock
from pazar.ground.errors import Invalid, NotFound
from pazar.ground.identity.models import Person
from pazar.ground.identity.pages.guards import person_required
from pazar.ground.identity.requests import ActorRequest
from pazar.ground.identity.rules.actor import Actor
from pazar.ground.messages import delivery, kinds, queries
from pazar.ground.messages.commands import wishes
from pazar.ground.messages.delivery import Wanted
from pazar.ground.messages.rules.hours import Hours, Pace

PACES = {
    Pace.AT_ONCE: _("At once"),
    Pace.DAILY: _("Once a day"),
    Pace.WEEKLY: _("Once a week"),
    Pace.NEVER: _("Not by mail"),
}
WEEKDAYS = [_("Monday"), _("Tuesday"), _("Wednesday"), _("Thursday"), _("Friday"), _("Saturday"), _("Sunday")]
_HOURS = [(str(hour), f"{hour:02d}:00") for hour in range(24)]


class _Form(forms.Form):
    """A field for each kind the person may choose about, one for each of its topics, and his hours."""

    hour = forms.TypedChoiceField(label=_("Digests come at"), choices=_HOURS, coerce=int)
    weekday = forms.TypedChoiceField(
        label=_("The weekly one on"), choices=[(str(n), day) for n, day in enumerate(WEEKDAYS)], coerce=int
    )
    quiet_from = forms.TypedChoiceField(
        label=_("Quiet from"),
        choices=[("", _("No quiet hours")), *_HOURS],
        coerce=int,
        required=False,
        empty_value=None,
    )
    quiet_until = forms.TypedChoiceField(
        label=_("Quiet until"),
        choices=[("", _("No quiet hours")), *_HOURS],
        coerce=int,
        required=False,
        empty_value=None,
    )

    def __init__(self, *args: Any, actor: Actor, wanted: Wanted, **said_more: Any) -> None:
        super().__init__(*args, **said_more)
        self._names: dict[str, tuple[str, str]] = {}
        self.groups: list[tuple[str, list[str]]] = []
        for kind in kinds.muteable():
            choices = [(str(pace), PACES[pace]) for pace in wishes.offered(kind)]
            own = self._add(kind.key, "", forms.ChoiceField(label=str(kind.label), choices=choices))
            self.initial[own] = str(wanted.pace(kind))
            topics = []
            for topic in kind.topics(actor):
                same = [("", _("As above")), *choices]
                name = self._add(
                    kind.key, topic.key, forms.ChoiceField(label=topic.label, choices=same, required=False)
                )
                self.initial[name] = str(wanted.paces.get((kind.key, topic.key), ""))
                topics.append(name)
            self.groups.append((own, topics))
        hours = wanted.hours
        for name in ("hour", "weekday", "quiet_from", "quiet_until"):
            self.initial[name] = getattr(hours, name)

    def _add(self, kind: str, topic: str, field: forms.ChoiceField) -> str:
        name = f"pace:{kind}:{topic}" if topic else f"pace:{kind}"
        self.fields[name] = field
        self._names[name] = (kind, topic)
        return name

    @property
    def rows(self) -> list[tuple[forms.BoundField, list[forms.BoundField]]]:
        return [(self[own], [self[name] for name in topics]) for own, topics in self.groups]

    def choices(self) -> wishes.Choices:
        given = self.cleaned_data
        return wishes.Choices(
            hours=Hours(
                hour=given["hour"],
                weekday=given["weekday"],
                quiet_from=given["quiet_from"],
                quiet_until=given["quiet_until"],
            ),
            paces={key: Pace(given[name]) if given[name] else None for name, key in self._names.items()},
        )


@require_http_methods(["GET", "HEAD", "POST"])
@person_required
def settings(request: ActorRequest) -> HttpResponseBase:
    """GET and POST /messages/settings/."""
    actor = request.actor
    if actor.person_id is None or not isinstance(request.user, Person):
        raise NotFound
    moment = clock.db_now()
    wanted = delivery.of([actor.person_id], moment)[actor.person_id]
    form = _Form(request.POST if request.method == "POST" else None, actor=actor, wanted=wanted)
    if form.is_valid():
        try:
            wishes.save_choices(actor=actor, choices=form.choices())
        except Invalid as refusal:
            for name, sentence in refusal.fields.items():
                form.add_error(name if name in form.fields else None, str(sentence))
        else:
            flash.success(request, said("From now on you are told so."))
            return redirect("messages:settings")
    page = {
        "form": form,
        "zone": ZoneInfo(request.user.zone).key,
        "email": request.user.email,
        "barred": queries.is_suppressed(request.user.email),
        "waiting": queries.held_count(actor.person_id),
    }
    return render(request, "messages/settings.html", page, status=422 if form.errors else 200)
