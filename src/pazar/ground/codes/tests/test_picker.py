"""The picker in a real browser, inside the centre's own shell and under its policy."""

import pytest
from django import forms
from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.urls import path
from django_cotton.compiler_regex import CottonCompiler
from playwright.sync_api import expect
from tests.browser import PHONE, OpenPage, assert_accessible, assert_fits, look

from pazar.config import urls
from pazar.ground.codes.forms import CpvField, NutsField

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.urls(__name__)]


class InterestForm(forms.Form):
    cpv = CpvField(label="Categories")
    nuts = NutsField(label="Regions", required=False)


PAGE = """{% extends "ui/base.html" %}{% block h1 %}Interests{% endblock %}{% block content %}
<form method="get">{% for field in form %}<c-field :field="field" />{% endfor %}
<label for="title">Title</label><input id="title" class="form-control"><c-cpv-suggest for="id_cpv" from="title" />
<c-button>Keep</c-button></form><output>{{ kept }}</output>{% endblock %}"""


def interests(request: HttpRequest) -> HttpResponse:
    sent = "cpv" in request.GET
    form = InterestForm(request.GET if sent else None, initial={"cpv": ["09100000"]})
    kept = f"{form.cleaned_data}" if sent and form.is_valid() else ""
    template = engines["django"].from_string(CottonCompiler().process(PAGE))
    return HttpResponse(template.render({"form": form, "kept": kept}, request))


urlpatterns = [path("interests-example", interests), *urls.urlpatterns]


def test_a_category_is_found_picked_and_dropped_by_keyboard_alone(open_page: OpenPage) -> None:
    page = open_page("/interests-example")
    box = page.get_by_role("combobox", name="Categories")
    box.press_sequentially("power cab")
    first = page.get_by_role("option").first
    first.wait_for()
    assert box.get_attribute("aria-expanded") == "true"
    box.press("ArrowDown")
    assert first.get_attribute("aria-selected") == "true"
    assert box.get_attribute("aria-activedescendant") == first.get_attribute("id")
    look(page, "code-picker-open")
    assert_accessible(page)
    text = first.locator(".pz-picked-code").inner_text()
    box.press("Enter")
    hidden = page.locator("input[name=cpv]")
    assert hidden.input_value() == f"09100000, {text[:8]}"
    assert box.input_value() == ""
    assert page.get_by_role("option").count() == 0
    box.press("Backspace")
    assert hidden.input_value() == "09100000"
    page.get_by_role("button", name="Remove 09100000-0 Fuels").press("Enter")
    assert hidden.input_value() == ""
    assert box.evaluate("element => element === document.activeElement")


def test_what_is_typed_and_not_picked_is_not_lost_with_the_form(open_page: OpenPage) -> None:
    page = open_page("/interests-example")
    box = page.get_by_role("combobox", name="Categories")
    box.press_sequentially("xyzzyqq")
    page.get_by_text("Nothing found.").wait_for()
    page.get_by_role("button", name="Keep").click()
    assert page.url.endswith("/interests-example")
    assert box.evaluate("element => element.validationMessage") == "Pick a line from the list, or clear this field."
    box.press("Escape")
    box.press("Escape")
    page.get_by_role("button", name="Keep").click()
    page.get_by_text("{'cpv': ['09100000'], 'nuts': []}").wait_for()


def test_pasted_codes_become_chips_and_the_rest_stays(open_page: OpenPage) -> None:
    page = open_page("/interests-example")
    box = page.get_by_role("combobox", name="Regions")
    box.evaluate(
        """element => {
            const data = new DataTransfer();
            data.setData("text/plain", "bg323, BG41; nowhere");
            element.dispatchEvent(new ClipboardEvent("paste", {clipboardData: data, bubbles: true, cancelable: true}));
        }"""
    )
    page.locator("li[data-code=BG41]").wait_for()
    expect(box).to_have_value("nowhere")
    assert page.locator("input[name=nuts]").input_value() == "BG323, BG41"


def test_without_a_script_codes_are_typed(open_page: OpenPage) -> None:
    page = open_page("/interests-example", script=False)
    page.get_by_label("Categories").fill("31321000-2, 31321000-3")
    page.get_by_role("button", name="Keep").click()
    page.get_by_text("These codes are not in the list: 31321000-3.").wait_for()
    assert page.get_by_label("Categories").input_value() == "31321000-2, 31321000-3"
    page.get_by_label("Categories").fill("31321000-2")
    page.get_by_role("button", name="Keep").click()
    page.get_by_text("{'cpv': ['31321000'], 'nuts': []}").wait_for()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_it_fits_a_phone_in_bulgarian(open_page: OpenPage, theme: str) -> None:
    page = open_page("/interests-example", width=PHONE, language="bg", theme=theme)
    box = page.get_by_role("combobox", name="Categories")
    box.press_sequentially("медицински")
    page.get_by_role("option").first.wait_for()
    look(page, f"code-picker-phone-{theme}")
    assert_accessible(page)
    assert_fits(page)


def test_the_tree_is_walked_by_keyboard(open_page: OpenPage) -> None:
    page = open_page("/interests-example")
    box = page.get_by_role("combobox", name="Categories")
    box.press("ArrowDown")
    page.get_by_role("option", name="03000000-1").wait_for()
    box.press("ArrowRight")
    page.get_by_role("option", name="03100000-2").wait_for()
    assert_accessible(page)
    look(page, "code-picker-tree")
    box.press("ArrowLeft")
    page.get_by_role("option", name="09000000-3").wait_for()
    box.press("ArrowRight")
    page.get_by_role("option", name="03100000-2").wait_for()
    box.press("Enter")
    assert page.locator("input[name=cpv]").input_value() == "09100000, 03100000"


def test_a_found_code_says_why(open_page: OpenPage) -> None:
    page = open_page("/interests-example")
    page.get_by_role("combobox", name="Categories").press_sequentially("laptop")
    page.get_by_text("Found by “laptop”, as buyers call it.").wait_for()


def test_a_title_suggests_categories_and_a_click_adds_one(open_page: OpenPage) -> None:
    page = open_page("/interests-example")
    page.get_by_label("Title").fill("Supply of printing paper")
    chip = page.locator(".pz-suggested button").first
    chip.wait_for()
    code = chip.get_attribute("data-code")
    assert_accessible(page)
    look(page, "code-suggestions")
    chip.click()
    assert page.locator("input[name=cpv]").input_value() == f"09100000, {code}"
    expect(page.locator(f".pz-suggested [data-code='{code}']")).to_have_count(0)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_region_is_chosen_on_the_map(open_page: OpenPage, theme: str) -> None:
    page = open_page("/interests-example", width=PHONE, language="bg", theme=theme)
    page.locator(".pz-picker-map summary").press("Enter")
    tile = page.locator("svg [data-code=BG323]")
    tile.wait_for()
    tile.press("Enter")
    assert page.locator("input[name=nuts]").input_value() == "BG323"
    expect(tile).to_have_attribute("aria-pressed", "true")
    look(page, f"region-map-{theme}")
    assert_accessible(page)
    assert_fits(page)
    tile.press("Space")
    assert page.locator("input[name=nuts]").input_value() == ""
    page.locator("a[data-map='']").click()
    page.locator("svg [data-map=RO]").click()
    page.locator(".pz-tiles-list [data-code=RO111]").click()
    assert page.locator("input[name=nuts]").input_value() == "RO111"
