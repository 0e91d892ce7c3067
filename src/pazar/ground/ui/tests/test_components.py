"""Components: what a user wrote stays text, wherever a component puts it."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.template import engines
from django.test import RequestFactory
from django.utils import translation
from django_cotton.compiler_regex import CottonCompiler

from pazar.ground.money import Money
from pazar.ground.ui import now

compiler = CottonCompiler()
HOSTILE = "<script>alert(1)</script>\" onmouseover='x'&"


def show(source: str, **context: object) -> str:
    with now.one_moment(datetime(2026, 11, 24, 12, tzinfo=UTC)), translation.override("en"):
        html = engines["django"].from_string(compiler.process(source)).render(context, RequestFactory().get("/"))
    assert "<c-" not in html
    return html


@pytest.mark.parametrize(
    "source",
    [
        '<c-fact :label="x">{{ x }}</c-fact>',
        '<c-fact label="{{ x }}"></c-fact>',
        '<c-card :title="x" href="{{ x }}" :next="x" lang="{{ x }}">{{ x }}</c-card>',
        '<c-chip :href="x" :count="x">{{ x }}</c-chip>',
        '<c-panel :title="x">{{ x }}</c-panel>',
        '<c-button :value="x" data-a="{{ x }}" :data-b="x">{{ x }}</c-button>',
        '<c-link-button :href="x" :title="x">{{ x }}</c-link-button>',
        '<c-empty :title="x">{{ x }}</c-empty>',
        '<c-diff :label="x" :old="x" :new="x" />',
        '<c-confirm :label="x" :action="x" :act="x">{{ x }}</c-confirm>',
        '<c-copy :value="x" :label="x" />',
        '<c-icon name="home" :label="x" />',
        '<c-icon :name="x" />',
        '<c-ready-item :title="x">{{ x }}</c-ready-item>',
        '<c-life-step :label="x">{{ x }}</c-life-step>',
        '<c-table :label="x">{{ x }}</c-table>',
        '<c-col :title="x" :sum="x"></c-col>',
        '<c-norm :label="x" :unit="x" :value="1" :target="2" />',
        '<c-bar :label="x" />',
        "<c-why>{{ x }}</c-why>",
        '<c-status kind="open">{{ x }}</c-status>',
        '<c-tab :href="x" :count="x">{{ x }}</c-tab>',
        '<c-deadline :at="at" closed="{{ x }}" />',
        '<c-pager :next="x" :previous="x">{{ x }}</c-pager>',
    ],
)
def test_hostile_text_stays_text(source: str) -> None:
    html = show(source, x=HOSTILE, at=datetime(2020, 1, 1, tzinfo=UTC))
    assert "<script" not in html
    assert '" onmouseover' not in html
    assert "onmouseover='" not in html


def test_nothing_is_invented() -> None:
    assert "not stated" in show('<c-money :amount="x" />', x=None)
    assert "no deadline stated" in show('<c-deadline :at="x" />', x=None)


def test_money_of_a_value() -> None:
    html = show('<c-money :of="x" />', x=Money(Decimal("12.50"), "EUR"))
    assert "12.50" in html
    assert "EUR" in html


def test_noughts_are_figures() -> None:
    assert "0.00" in show('<c-money :amount="x" />', x=Decimal(0))
    assert ">0</span>" in show('<c-chip href="?" :count="x">All</c-chip>', x=0)


def test_button_passes_on_its_attributes() -> None:
    html = show('<c-button kind="go" name="step" value="2" hx-post="/x/" disabled>Go</c-button>')
    for part in ('name="step"', 'value="2"', 'hx-post="/x/"', " disabled", "btn-go"):
        assert part in html
    assert "kind=" not in html


def test_deadline_has_both_forms() -> None:
    html = show('<c-deadline :at="x" />', x=datetime(2026, 11, 24, 15, 12, tzinfo=UTC))
    assert "3 h 12 min left" in html
    assert 'datetime="2026-11-24T15:12:00Z"' in html
