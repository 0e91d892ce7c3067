import json

import pytest
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils import translation

from pazar.ground.codes import pages

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("language", "label", "within"),
    [
        ("bg", "Горива", "Нефтопродукти, горива, електричество и други енергоизточници"),
        ("en", "Fuels", "Petroleum products, fuel, electricity and other sources of energy"),
    ],
)
def test_categories_come_as_json_in_the_language_of_the_page(language: str, label: str, within: str) -> None:
    request = RequestFactory().get(reverse("codes:cpv"), {"q": "горива", "format": "json"})
    with translation.override(language):
        answer = pages.cpv(request)
    assert json.loads(answer.content)["results"][0] == {
        "code": "09100000",
        "shown": "09100000-0",
        "label": label,
        "within": within,
        "because": "",
        "has_more": True,
    }


def test_the_list_comes_as_html_with_what_was_typed_escaped(client: Client) -> None:
    answer = client.get(reverse("codes:nuts"), {"q": "Ruse"})
    assert 'data-code="BG323"' in answer.text
    nothing = client.get(reverse("codes:cpv"), {"q": "<b>xyzzyqq</b>"})
    assert nothing.status_code == 200
    assert "<b>" not in nothing.text


def test_only_reading_is_possible(client: Client) -> None:
    assert client.get(reverse("codes:cpv")).status_code == 200
    assert client.post(reverse("codes:cpv"), {"q": "x"}).status_code == 405


def test_the_tree_is_walked_level_by_level(client: Client) -> None:
    divisions = client.get(reverse("codes:cpv"), {"under": "", "format": "json"}).json()["results"]
    assert [row["code"] for row in divisions][:2] == ["03000000", "09000000"]
    assert len(divisions) == 45
    under = client.get(reverse("codes:cpv"), {"under": "45000000", "format": "json"}).json()["results"]
    assert {row["code"] for row in under} == {f"45{n}00000" for n in range(1, 6)}
    assert all(row["has_more"] for row in under)
    assert client.get(reverse("codes:cpv"), {"under": "<b>", "format": "json"}).json()["results"] == []


def test_a_title_gets_suggestions_as_buttons(client: Client) -> None:
    answer = client.get(reverse("codes:suggest"), {"text": "Доставка на компютри и принтери"})
    assert 'data-code="30' in answer.text
    assert client.get(reverse("codes:suggest"), {"text": "  "}).text.strip() == ""
    odd = client.get(reverse("codes:suggest"), {"text": "<b>ψψψ</b>"})
    assert odd.status_code == 200
    assert "<b>" not in odd.text
