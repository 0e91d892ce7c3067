"""The kit in a real browser: both themes, both widths, both languages."""

import pytest
from playwright.sync_api import Page, Route, expect
from tests.browser import DESK, PHONE, OpenPage, assert_accessible, assert_fits, look
from tests.factories import make_company, make_person

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

EVERY_WAY = [(w, t, lang) for w in (DESK, PHONE) for t in ("light", "dark") for lang in ("en", "bg")]


@pytest.mark.parametrize(("width", "theme", "language"), EVERY_WAY)
def test_kit_is_accessible_and_fits(open_page: OpenPage, width: int, theme: str, language: str) -> None:
    page = open_page("/kit/", width=width, theme=theme, language=language)
    look(page, f"kit-{width}-{theme}-{language}")
    assert page.get_attribute("html", "lang") == language
    assert_fits(page)
    assert_accessible(page)


@pytest.mark.parametrize("path", ["/more/", "/no-such-page/"])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_more_and_errors_are_accessible(open_page: OpenPage, path: str, theme: str) -> None:
    page = open_page(path, width=PHONE, theme=theme)
    assert_fits(page)
    assert_accessible(page)


def test_person_stands_in_the_hall(open_page: OpenPage) -> None:
    person = make_person(make_company("Кабел Балкани АД"), name="Мария Стоянова")
    page = open_page("/kit/", person=person)
    page.click(".pz-who summary")
    look(page, "menu")
    assert "Кабел Балкани АД" in page.inner_text(".pz-who")
    assert_accessible(page)


def test_theme_and_language_change_without_a_script(open_page: OpenPage) -> None:
    page = open_page("/more/", width=PHONE, script=False)
    page.click("main button[value=dark]")
    assert page.get_attribute("html", "data-bs-theme") == "dark"
    page.click("main button[value=bg]")
    assert page.get_attribute("html", "lang") == "bg"
    assert page.url.endswith("/more/")


def test_clock_ticks_and_countdown_counts(open_page: OpenPage) -> None:
    page = open_page("/kit/")
    before = page.inner_text("[data-clock]")
    expect(page.locator("[data-clock]")).not_to_have_text(before)
    page.evaluate(
        """() => {
          const part = document.createElement("pz-countdown");
          part.id = "t";
          part.setAttribute("until", new Date(Date.now() + 1500).toISOString());
          document.querySelector("main").append(part);
        }"""
    )
    expect(page.locator("#t")).to_have_text("1 s left")
    expect(page.locator("#t")).to_have_text("closed")


def test_ctrl_k_and_escape(open_page: OpenPage) -> None:
    page = open_page("/kit/")
    page.click(".pz-who summary")
    assert page.locator(".pz-menu").is_visible()
    page.keyboard.press("Escape")
    assert page.locator(".pz-menu").is_hidden()


def test_j_and_k_walk_through_a_list(open_page: OpenPage) -> None:
    page = open_page("/kit/")
    links = page.locator(".pz-list a.t")
    page.locator("#main").focus()
    page.keyboard.press("j")
    page.keyboard.press("j")
    expect(links.nth(1)).to_be_focused()
    page.keyboard.press("k")
    expect(links.nth(0)).to_be_focused()
    page.locator("#id_note").fill("")
    page.locator("#id_note").press_sequentially("jk")
    expect(page.locator("#id_note")).to_have_value("jk")


def test_first_faulty_field_has_the_focus(open_page: OpenPage) -> None:
    page = open_page("/kit/")
    assert page.evaluate("document.activeElement.name") == "title"


def _form_that_saves_itself(page: Page) -> None:
    page.evaluate(
        """() => {
          const form = document.createElement("form");
          form.dataset.autosave = "/saved-here/";
          form.innerHTML = "<input name=price id=price><p data-saved role=status></p>";
          document.querySelector("main").append(form);
        }"""
    )


def test_draft_saves_itself_and_says_so(open_page: OpenPage) -> None:
    page = open_page("/kit/")
    posted: list[str] = []

    def answer(route: Route) -> None:
        posted.append(route.request.post_data or "")
        route.fulfill(json={"saved_at": "14:32:07"})

    page.route("**/saved-here/", answer)
    _form_that_saves_itself(page)
    page.locator("#price").press_sequentially("125")
    expect(page.locator("form[data-autosave] [data-saved]")).to_have_text("Saved 14:32:07")
    assert len(posted) == 1
    assert "125" in posted[0]


def test_draft_that_is_refused_says_why(open_page: OpenPage) -> None:
    page = open_page("/kit/", language="bg")
    page.route("**/saved-here/", lambda route: route.fulfill(status=409, json={"reason": "приемът приключи."}))
    _form_that_saves_itself(page)
    page.locator("#price").fill("1")
    said = page.locator("form[data-autosave] [data-saved]")
    expect(said).to_have_text("Не е запазено: приемът приключи.")
    expect(said).to_have_class("bad")
