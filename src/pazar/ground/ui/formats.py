"""Figures and moments as a person reads them: by his language, in his zone (Babel).

A figure is never rounded here: a digit that is in the database is a digit on the page.
"""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_datetime, get_timezone_location
from babel.numbers import format_decimal, get_currency_precision, get_currency_symbol, get_group_symbol
from django.utils import timezone, translation
from django.utils.translation import gettext, ngettext

from pazar.ground.money import BGN_PER_EUR, Money, to_eur
from pazar.ground.ui import now

HARD = "\u00a0"  # between groups of digits too: a narrower space is too easily overlooked

_PATTERNS = {
    # language: (day and month, with year, time)
    "en": ("d MMM", "d MMM y", "HH:mm"),
    "bg": ("d MMM", "d MMM y 'г.'", "HH:mm 'ч.'"),
}


@lru_cache(maxsize=32)
def _locale(language: str) -> Locale:
    return Locale.parse(language.replace("-", "_"))


def language() -> str:
    """The two letters of the language in force."""
    return (translation.get_language() or "en").split("-")[0]


def zone() -> ZoneInfo:
    """The zone in force for this person."""
    current = timezone.get_current_timezone()
    return current if isinstance(current, ZoneInfo) else ZoneInfo(str(current))


def number(value: Decimal | int | float, *, places: int | None = None) -> str:
    """`1 240 000.5` in English, `1 240 000,5` in Bulgarian; `places` pads, it doesn't cut."""
    exact = value if isinstance(value, Decimal) else Decimal(str(value))
    exponent = exact.normalize().as_tuple().exponent  # noughts that nobody asked for carry no meaning
    wanted = max(places or 0, -exponent if isinstance(exponent, int) else 0)
    locale = _locale(language())
    pattern = "#,##0" + ("." + "0" * wanted if wanted else "")
    text = format_decimal(exact, format=pattern, locale=locale)
    return text.replace(get_group_symbol(locale), HARD).replace("-", "\u2212")


def typed(value: Decimal) -> str:
    """A figure for a field: three decimals get a fourth, since one mark and three digits could be a thousand, too."""
    exponent = value.normalize().as_tuple().exponent
    return number(value, places=4 if exponent == -3 else None)


def currency_sign(currency: str) -> str:
    """The code in English; in Bulgarian the sign where the language has one."""
    code = currency.upper()
    return get_currency_symbol(code, locale=_locale("bg")) if language() == "bg" else code


def amount(value: Decimal | int, currency: str, *, cents: bool = True) -> str:
    """The figure alone, at least as fine as the currency; `cents=False` leaves out noughts only.

    Three decimals get a fourth, as in `typed`.
    """
    exact = Decimal(value)
    if not cents and exact == exact.to_integral_value():
        return number(exact, places=0)
    precision: int = get_currency_precision(currency.upper())
    if exact.normalize().as_tuple().exponent == -3 and precision < 3:
        return number(exact, places=4)
    return number(exact, places=precision)


def money(value: Decimal | int, currency: str, *, cents: bool = True) -> str:
    """`1 240 000.00 EUR`; in Bulgarian `1 240 000,00 €`."""
    return amount(value, currency, cents=cents) + HARD + currency_sign(currency)


def euro_of_lev(value: Decimal) -> str:
    """What an older record's lev are in euro, with the fixed rate they were turned by."""
    euro = money_of(Money(value, "BGN"))
    return gettext("%(euro)s at %(rate)s") % {"euro": euro, "rate": number(BGN_PER_EUR)}


def money_of(lev: Money) -> str:
    """An amount in lev, written in euro."""
    euro = to_eur(lev)
    return money(euro.amount, euro.currency)


def share(value: Decimal | float, *, places: int = 0) -> str:
    """A share (0..1) in per cent: `70 %`."""
    exact = (value if isinstance(value, Decimal) else Decimal(str(value))) * 100
    quantum = Decimal(1).scaleb(-places)
    return number(exact.quantize(quantum)) + HARD + "%"


def _patterns() -> tuple[str, str, str]:
    return _PATTERNS.get(language(), _PATTERNS["en"])


def _date(value: date | datetime) -> date:
    return value.astimezone(zone()).date() if isinstance(value, datetime) else value


def _day(value: date, pattern: str) -> str:
    return format_date(value, format=pattern, locale=_locale(language())).replace(" ", HARD)


def day(value: date, *, year: bool | None = None) -> str:
    """`24 Nov`; the year stands there when it isn't the centre's current one, or when asked for."""
    value = _date(value)
    wanted = value.year != now.now().astimezone(zone()).year if year is None else year
    plain, with_year, _ = _patterns()
    return format_date(value, format=with_year if wanted else plain, locale=_locale(language())).replace(" ", HARD)


def clock(value: datetime, *, seconds: bool = False) -> str:
    """`17:45` in the person's zone."""
    pattern = _patterns()[2].replace("mm", "mm:ss") if seconds else _patterns()[2]
    return format_datetime(value, format=pattern, tzinfo=zone(), locale=_locale(language())).replace(" ", HARD)


def zone_name(value: datetime) -> str:
    """`EET`, or `UTC+03:00` for a zone whose name is only a number."""
    local = value.astimezone(zone())
    name = local.tzname() or "UTC"
    if name[:1] in "+-":
        offset = local.utcoffset() or timedelta()
        minutes = int(offset.total_seconds()) // 60
        sign = "+" if minutes >= 0 else "\u2212"
        return f"UTC{sign}{abs(minutes) // 60:02d}:{abs(minutes) % 60:02d}"
    return name


def zone_city(place: ZoneInfo) -> str:
    """`София` for Europe/Sofia, in the language in force."""
    return get_timezone_location(place, locale=_locale(language()), return_city=True)


def moment(value: datetime, *, with_zone: bool = True, seconds: bool = False, year: bool | None = None) -> str:
    """`24 Nov 17:45 EET`, in the person's zone."""
    text = f"{day(value, year=year)} {clock(value, seconds=seconds)}"
    return f"{text}{HARD}{zone_name(value)}"


def period(start: date | datetime, end: date | datetime) -> str:
    """`28 Oct to 24 Nov 2026`: the year once, where the two share it."""
    first, last = _date(start), _date(end)
    if first == last:
        return day(first)
    plain, _with_year, _clock = _patterns()
    said = _day(first, plain) if first.year == last.year else day(first, year=True)
    return gettext("%(start)s to %(end)s") % {"start": said, "end": day(last)}


def left(until: datetime, *, at: datetime | None = None) -> str:
    """What is left until a moment, as short as it is useful: `6 days left`, `3 h 12 min left`."""
    seconds = int((until - (at or now.now())).total_seconds())
    if seconds <= 0:
        return gettext("closed")
    if seconds >= 48 * 3600:
        return days_left(seconds // 86400)
    if seconds >= 3600:
        return gettext("%(hours)s h %(minutes)s min left") % {
            "hours": seconds // 3600,
            "minutes": seconds % 3600 // 60,
        }
    if seconds >= 60:
        return gettext("%(minutes)s min left") % {"minutes": seconds // 60}
    return gettext("%(seconds)s s left") % {"seconds": seconds}


def days_left(days: int) -> str:
    """`6 days left`."""
    return ngettext("%(days)s day left", "%(days)s days left", days) % {"days": days}


def urgency(until: datetime, *, at: datetime | None = None) -> str:
    """The kind of status a deadline has: `open`, `soon` (under 48 hours) or `done`."""
    rest = until - (at or now.now())
    if rest <= timedelta(0):
        return "done"
    return "soon" if rest < timedelta(hours=48) else "open"


def iso(value: date | datetime) -> str:
    """For machines: the `datetime` attribute of `<time>`."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    return value.isoformat()
