import pytest
from django.test import Client
from django.urls import reverse

from pazar.ground.codes import tiles
from pazar.ground.codes.models import Nuts

pytestmark = pytest.mark.django_db


def countries() -> list[str]:
    return sorted(Nuts.objects.filter(level=0).values_list("code", flat=True))


def test_every_country_has_one_square() -> None:
    assert sorted(tile.code for tile in tiles.tile_map("", language="bg").tiles) == countries()


def test_a_drawing_holds_every_region_of_its_level_once() -> None:
    for country, places in tiles.drawings().items():
        if country == tiles.EUROPE:
            continue
        (level,) = {len(code) - 2 for code in places}
        real = Nuts.objects.filter(code__startswith=country, level=level).values_list("code", flat=True)
        assert sorted(places) == sorted(code for code in real if "Z" not in code[2:]), country
        assert len(set(places.values())) == len(places), country


def test_a_country_without_a_drawing_stands_in_rows() -> None:
    for country in countries():
        shown = tiles.tile_map(country, language="en")
        assert shown.tiles, country
        assert len({(tile.x, tile.y) for tile in shown.tiles}) == len(shown.tiles)
        assert shown.is_drawn == (country in tiles.drawings())


def test_the_list_holds_what_the_squares_leave_out() -> None:
    def codes(regions: tuple[tiles.Region, ...]) -> set[str]:
        return {code for region in regions for code in (region.code, *codes(region.within))}

    shown = tiles.tile_map("DE", language="en")
    assert {"DE2", "DE21", "DE212"} <= codes(shown.regions)


def test_the_map_is_a_page_and_a_part_of_one(client: Client) -> None:
    page = client.get(reverse("codes:map"), {"country": "BG"})
    assert page.status_code == 200
    assert 'data-code="BG323"' in page.text
    assert "<html" in page.text
    part = client.get(reverse("codes:map"), {"country": "<b>", "part": ""})
    assert 'data-map="BG"' in part.text
    assert "<html" not in part.text
    assert "<b>" not in part.text
