"""The map of regions: a square for each, drawn by ourselves (`data/tiles.txt`).

The boundaries that Eurostat publishes may not be used commercially, which rules them out for a centre that anybody may
run. Squares of one size are also what a thumb hits on a phone. A country without a drawing gets its regions row by row.
"""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from pazar.ground.codes.models import Nuts

DATA = Path(__file__).parent / "data"
EUROPE = "EU"
_SIDE, _GAP = 60, 6
_MOST_TILES = 40
_ROW = 6
_LETTERS = 9


@dataclass(frozen=True)
class Tile:
    """One square with its place in the picture."""

    code: str
    label: str
    short: str
    x: int
    y: int

    @property
    def middle(self) -> int:
        return self.x + _SIDE // 2

    @property
    def base(self) -> int:
        return self.y + _SIDE // 2 - 2

    @property
    def second_base(self) -> int:
        return self.y + _SIDE // 2 + 16

    @property
    def begun(self) -> str:
        """As much of the name as the square holds; the whole of it is in the title and the list."""
        return self.label if len(self.label) <= _LETTERS else f"{self.label[: _LETTERS - 1].rstrip()}…"


@dataclass(frozen=True)
class Region:
    """A line of the list beside the map, with what lies in it."""

    code: str
    label: str
    within: "tuple[Region, ...]"


@dataclass(frozen=True)
class TileMap:
    """The countries, or one country's regions."""

    country: str  # empty for the countries
    label: str
    is_drawn: bool  # else the squares only stand in rows
    tiles: tuple[Tile, ...]
    width: int
    height: int
    regions: tuple[Region, ...]
    side: int = _SIDE


def tile_map(country: str, *, language: str) -> TileMap:
    """The map of `country` (two letters as NUTS has them), or of the countries if it is none."""
    return _tile_map(country if country in _countries() else "", language)


@lru_cache(maxsize=128)
def _tile_map(country: str, language: str) -> TileMap:
    column = "label_bg" if language == "bg" else "label_en"
    found = Nuts.objects.filter(code__startswith=country).order_by("code").values_list("code", "level", column)
    # Codes with Z stand for no place
    rows = [(code, level, label) for code, level, label in found if "Z" not in code[2:]]
    names = {code: label for code, _level, label in rows}
    drawn = drawings().get(country or EUROPE)
    places = drawn or _in_rows(country, rows)
    columns = 1 + max(x for x, _y in places.values())
    lines = 1 + max(y for _x, y in places.values())
    step = _SIDE + _GAP
    tiles = tuple(
        Tile(code, names[code], code if not country else code[2:], x * step, y * step)
        for code, (x, y) in places.items()
    )
    regions = _under(rows, country, 1) if country else tuple(Region(c, label, ()) for c, n, label in rows if n == 0)
    if not country:
        regions = tuple(sorted(regions, key=lambda region: (region.code != "BG", region.label)))
    size = columns * step - _GAP, lines * step - _GAP
    return TileMap(country, names.get(country, ""), drawn is not None, tiles, *size, regions)


@lru_cache(maxsize=1)
def _countries() -> frozenset[str]:
    return frozenset(Nuts.objects.filter(level=0).values_list("code", flat=True))


@lru_cache(maxsize=1)
def drawings() -> dict[str, dict[str, tuple[int, int]]]:
    """By country: each code with its column and row."""
    found: dict[str, dict[str, tuple[int, int]]] = {}
    name, line = "", 0
    for text in (DATA / "tiles.txt").read_text(encoding="utf-8").splitlines():
        if text.startswith("#"):
            continue
        if text.startswith("= "):
            name, line = text[2:], 0
            found[name] = {}
            continue
        found[name].update({code: (column, line) for column, code in enumerate(text.split()) if code != "."})
        line += 1
    return found


def _in_rows(country: str, rows: list[tuple[str, int, str]]) -> dict[str, tuple[int, int]]:
    """The deepest level that fits a page, in the order of the codes."""
    by_level = {level: [code for code, own, _label in rows if own == level] for level in range(4)}
    fitting = [codes for level, codes in sorted(by_level.items()) if 0 < len(codes) <= _MOST_TILES]
    codes = fitting[-1] if fitting else [country]
    return {code: (place % _ROW, place // _ROW) for place, code in enumerate(codes)}


def _under(rows: list[tuple[str, int, str]], code: str, level: int) -> tuple[Region, ...]:
    own = [(one, label) for one, n, label in rows if n == level and one.startswith(code)]
    if len(own) == 1 and level < 3:  # a level that only repeats its country is left out
        return _under(rows, own[0][0], level + 1)
    return tuple(Region(one, label, _under(rows, one, level + 1) if level < 3 else ()) for one, label in own)
