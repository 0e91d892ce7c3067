"""Published words into values, or into nothing and a remark: what several readers share."""

import re
from collections.abc import Iterable
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from pazar.market.procedures.rules.notice import Amount, Remark

from .reader import Limits, Refusing

_NUMBER: Final = re.compile(r"-?\d{1,30}(?:\.\d{1,30})?", re.ASCII)
_COMMA_NUMBER: Final = re.compile(
    r"\d{1,3}(?:[ \u00a0\u202f]\d{3})+(?:,\d{1,12})?|\d{1,18}(?:[,.]\d{1,12})?|\d(?:\.\d{1,12})?e\+\d{1,2}", re.ASCII
)
_DOTTED_DAY: Final = re.compile(r"(\d{2})\.(\d{2})\.(\d{4})", re.ASCII)
_CURRENCY: Final = re.compile(r"[A-Z]{3}", re.ASCII)
_CPV: Final = re.compile(r"(\d{8})(?:-\d)?", re.ASCII)
_NUTS: Final = re.compile(r"[A-Z]{2}[0-9A-Z]{0,3}", re.ASCII)
_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_ZONED_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}(?:Z|[+-]\d{2}:\d{2})", re.ASCII)  # XML Schema's date
# The Ukrainian classifier ДК 021 is the same list under its own name.
_CPV_SCHEMES: Final = {"CPV", "ДК021", "DK021", "ДК021:2015", "DK021:2015"}
WEB: Final = re.compile(r"https?://\S+", re.IGNORECASE)
LARGEST: Final = Decimal(10) ** 18
LIMITS: Final = Limits()


class Values:
    """Reads the values of one notice and keeps the remarks they give rise to."""

    def __init__(self, limits: Limits = LIMITS) -> None:
        self.remarks: list[Remark] = []
        self._limits = limits

    def remark(self, field: str, code: str, text: object) -> None:
        self.remarks.append(Remark(field, code, str(text)[:200]))

    def text(self, value: Any, field: str, limit: int = 0) -> str:  # any JSON value
        """A text without blanks around it. A number where a text belongs is taken as written."""
        if isinstance(value, str):
            text = value.strip()
        elif value is None or isinstance(value, bool | dict | list):
            if value:
                self.remark(field, "not-a-text", type(value).__name__)
            return ""
        else:
            text = str(value)
        if len(text) > (limit or self._limits.text_length):
            raise Refusing("text-too-long", field, length=str(len(text)))
        return text

    @property
    def title_length(self) -> int:
        return self._limits.title_length

    def title(self, value: Any, field: str) -> str:  # any JSON value
        return self.text(value, field, self._limits.title_length)

    def many(self, value: Any, field: str) -> list[Any]:  # any JSON value
        """The members of a list; one thing alone where a list belongs is a list of one."""
        if value is None:
            return []
        if not isinstance(value, list):
            return [value]
        if len(value) > self._limits.list_length:
            raise Refusing("list-too-long", field, length=str(len(value)))
        return value

    def objects(self, value: Any, field: str) -> list[dict[str, Any]]:  # any JSON value
        found = []
        for part in self.many(value, field):
            if isinstance(part, dict):
                found.append(part)
            elif part is not None:
                self.remark(field, "not-an-object", part)
        return found

    def number(self, value: Any, field: str) -> Decimal | None:  # any JSON value
        """A number exactly as written, also in quotes; "1,234" could mean two things and is left."""
        if isinstance(value, dict) and len(value) == 1 and "$numberLong" in value:
            value = value["$numberLong"]  # as MongoDB exports whole numbers
        if value is None or value == "" or isinstance(value, bool):
            return None
        if isinstance(value, str):
            if not _NUMBER.fullmatch(value.strip()):
                self.remark(field, "unclear-number", value)
                return None
            value = value.strip()
        elif not isinstance(value, int | Decimal):
            self.remark(field, "not-a-number", type(value).__name__)
            return None
        try:
            number = Decimal(value)
        except InvalidOperation:
            raise Refusing("number-too-large", field, text=str(value)[:40]) from None
        exponent = number.as_tuple().exponent
        if not isinstance(exponent, int) or exponent < -12 or abs(number) >= LARGEST:
            if number == number.to_integral_value() and number.is_finite() and abs(number) < LARGEST:
                return number.to_integral_value()
            raise Refusing("number-too-large", field, text=str(value)[:40])
        return number

    def comma_number(self, value: str, field: str) -> Decimal | None:
        """A number as Russian and Bulgarian tables write it: blanks between thousands, a comma before decimals.

        R, which some of them come from, writes 200000 as 2e+05.
        """
        text = value.strip()
        if not text or text == "NA":
            return None
        if not _COMMA_NUMBER.fullmatch(text):
            self.remark(field, "unclear-number", text)
            return None
        return self.number(Decimal(re.sub(r"\s", "", text).replace(",", ".")), field)

    def dotted_day(self, value: str, field: str) -> date | None:
        """DD.MM.YYYY, the order that this writing with dots has in Russian and Bulgarian."""
        text = value.strip()
        if not text or text == "NA":
            return None
        found = _DOTTED_DAY.fullmatch(text)
        try:
            return date(int(found[3]), int(found[2]), int(found[1])) if found else self.day(text, field)
        except ValueError:
            self.remark(field, "ambiguous-date", text)
            return None

    def whole(self, value: Any, field: str) -> int | None:  # any JSON value
        number = self.number(value, field)
        if number is None:
            return None
        if number != number.to_integral_value() or not 0 <= number < 1_000_000_000:
            self.remark(field, "unclear-number", value)
            return None
        return int(number)

    def amount(self, value: Any, field: str) -> Amount | None:  # any JSON value
        """{"amount": …, "currency": …}; a negative sum is left with a remark."""
        if not isinstance(value, dict):
            if value is not None:
                self.remark(field, "not-an-object", value)
            return None
        number = self.number(value.get("amount"), f"{field}.amount")
        if number is None:
            return None
        if number < 0:
            self.remark(f"{field}.amount", "negative-amount", number)
            return None
        published = self.text(value.get("currency"), f"{field}.currency", 200)
        currency = published.upper()
        if currency and not _CURRENCY.fullmatch(currency):
            self.remark(f"{field}.currency", "unknown-code", published)
            currency = ""
        return Amount(number, currency)

    def moment(self, value: Any, field: str) -> tuple[datetime | None, str]:  # any JSON value
        """The moment in UTC and the text as published; no zone or no time of day gives no moment."""
        text = self.text(value, field, 200)
        if not text:
            return None, ""
        try:
            moment = datetime.fromisoformat(text)
        except ValueError:
            self.remark(field, "ambiguous-date", text)
            return None, text
        if moment.tzinfo is None:
            self.remark(field, "date-without-zone", text)
            return None, text
        try:
            return moment.astimezone(UTC), text
        except OverflowError:
            self.remark(field, "ambiguous-date", text)
            return None, text

    def day(self, value: Any, field: str) -> date | None:  # any JSON value
        """The calendar day as published, in the publisher's own zone."""
        text = self.text(value, field, 200)
        if not text:
            return None
        if _DAY.match(text):
            try:
                datetime.fromisoformat(text[:10] if _ZONED_DAY.fullmatch(text) else text)
                return date.fromisoformat(text[:10])
            except ValueError:
                pass
        self.remark(field, "ambiguous-date", text)
        return None

    def classify(
        self, pairs: Iterable[tuple[Any, Any]], field: str
    ) -> tuple[tuple[str, ...], tuple[tuple[str, str], ...]]:  # any JSON values
        """(scheme, id) pairs into CPV codes of 8 digits and the codes of every other scheme."""
        cpv: dict[str, None] = {}
        codes: dict[tuple[str, str], None] = {}
        for scheme_value, id_value in pairs:
            code = self.text(id_value, field, 500)
            if not code:
                continue
            scheme = self.text(scheme_value, field, 500)
            found = _CPV.fullmatch(code) if scheme.replace(" ", "").upper() in _CPV_SCHEMES else None
            if found:
                cpv[found[1]] = None
            else:
                if scheme.upper() == "CPV":
                    self.remark(field, "unknown-code", code)
                codes[scheme, code] = None
        return tuple(cpv), tuple(codes)

    def regions(self, values: Any, field: str) -> tuple[str, ...]:  # any JSON value
        found: dict[str, None] = {}
        for value in self.many(values, field):
            code = self.text(value, field, 200).upper()
            if _NUTS.fullmatch(code):
                found[code] = None
            elif code:
                self.remark(field, "unknown-code", code)
        return tuple(found)
