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
