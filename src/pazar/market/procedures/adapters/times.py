"""Local times as moments, where the place leaves no doubt about the zone."""

from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, Final
from zoneinfo import ZoneInfo

from babel.core import get_global

from .values import Values

_ISLANDS: Final = {"ES7": "Atlantic/Canary", "PT2": "Atlantic/Azores", "PT3": "Atlantic/Madeira"}


def local_moment(
    values: Values, value: Any, country: str, regions: tuple[str, ...], field: str
) -> tuple[datetime | None, str]:  # any JSON value
    """A local time as a moment, where the country's zones leave no doubt about it."""
    text = values.text(value, field, 100)
    if not text:
        return None, ""
    try:
        local = datetime.fromisoformat(text)
        if local.tzinfo is not None:
            return local.astimezone(UTC), text
    except (ValueError, OverflowError):
        values.remark(field, "ambiguous-date", text)
        return None, text
    if len(text) == 10:
        values.remark(field, "date-without-time", text)
        return None, text
    prefixes = {region[:3] for region in regions}
    if len(prefixes) == 1 and (island := _ISLANDS.get(next(iter(prefixes)))):
        zones: tuple[str, ...] = (island,)
    else:
        zones = _zones(country)
        if prefixes and not prefixes & set(_ISLANDS):
            zones = tuple(zone for zone in zones if zone not in _ISLANDS.values())
    moments = {local.replace(tzinfo=ZoneInfo(zone), fold=fold).astimezone(UTC) for zone in zones for fold in (0, 1)}
    # an hour that the change of clocks takes away or gives twice has two readings as well
    if len(moments) != 1:
        values.remark(field, "date-without-zone", text)
        return None, text
    return moments.pop(), text


@lru_cache(maxsize=300)
def _zones(country: str) -> tuple[str, ...]:
    # overseas places have codes of their own in TED
    zones = get_global("territory_zones").get(country, [])
    return tuple(zone for zone in zones if zone.startswith(("Europe/", "Atlantic/", "Asia/Nicosia", "Asia/Famagusta")))
