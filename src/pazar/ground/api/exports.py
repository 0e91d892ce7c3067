"""Lists as files for other programs (B12): CSV, XLSX and Parquet, of any length in little memory.

A file is written whole before its first byte leaves: the rows come from a server-side cursor, a slow reader holds no
transaction open, and what goes wrong is an error page and not half a file.
"""

import csv
import io
import re
import tempfile
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import islice
from typing import IO, Any, Final, Generic, Literal, TypeVar
from zoneinfo import ZoneInfo

import arro3.core as arrow
import arro3.io as arrow_io
from asgiref.sync import sync_to_async
from django.conf import settings
from django.db import transaction
from django.http import StreamingHttpResponse
from django.utils.functional import Promise
from django.utils.text import get_valid_filename
from django.utils.translation import gettext_lazy as _
from openpyxl.cell.cell import WriteOnlyCell
from openpyxl.workbook.workbook import Workbook

from pazar.ground import journal
from pazar.ground.errors import NotFound, Refusal
from pazar.ground.identity import queries as companies
from pazar.ground.identity.rules.actor import Actor

Form = Literal["csv", "xlsx", "parquet"]
FORMS: Final[dict[str, str]] = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "parquet": "application/vnd.apache.parquet",
}
MOST: Final = 100_000
_AT_ONCE = 64 * 1024
_IN_MEMORY = 1024 * 1024
# What a spreadsheet would take for a formula. Minus too: a name may begin with it, a number here is no text.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
# What XML can't hold.
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_LONGEST_CELL = 32_767
# A number in a spreadsheet is a double: one with more digits stands there as a text, or it would be another number.
_EXACT_DIGITS = 15

Row = TypeVar("Row")
Value = str | int | Decimal | date | datetime | bool | None


class ExportTooLong(Refusal):
    code = "export_too_long"
    status = 422
    what = _("This list is too long for one file.")
    why = _("A file holds up to 100,000 lines.")
    remedy = _("Narrow the list, or read it page by page over the API.")


@dataclass(frozen=True, kw_only=True)
class Column(Generic[Row]):
    """What stands over a column, and what of a row stands in it. Texts are made safe; numbers stay numbers.

    `kind` is what Parquet keeps the column as: numbers exact to six decimals, moments in UTC.
    """

    head: str | Promise
    value: Callable[[Row], Value]
    kind: Literal["text", "number", "count", "bool", "day", "moment"] = "text"


def form_of(text: str) -> Form:
    """The form that an address names. Raises NotFound."""
    if text == "csv":
        return "csv"
    if text == "xlsx":
        return "xlsx"
    if text == "parquet":
        return "parquet"
    raise NotFound


def answer(
    *, name: str, form: Form, columns: Sequence[Column[Row]], rows: Iterable[Row], most: int = MOST
) -> StreamingHttpResponse:
    """The list as a file called `name`, heads in the reader's language. Raises ExportTooLong."""
    file = write(form=form, columns=columns, rows=rows, most=most)
    response = StreamingHttpResponse(_pieces(file), content_type=FORMS[form])
    response["Content-Length"] = str(file.seek(0, io.SEEK_END))
    response["Content-Disposition"] = f'attachment; filename="{get_valid_filename(name)}.{form}"'
    response["X-Content-Type-Options"] = "nosniff"
    file.seek(0)
    return response


def answer_own(
    *, actor: Actor, what: str, name: str, form: Form, columns: Sequence[Column[Row]], rows: Iterable[Row]
) -> StreamingHttpResponse:
    """The same of rows that belong to the actor's company: that he took them along stands in the journal.

    `what` names the list there. Raises NotFound, ExportTooLong.
    """
    if actor.company_id is None:
        raise NotFound
    lines = 0

    def counted() -> Iterator[Row]:
        nonlocal lines
        for row in rows:
            lines += 1
            yield row

    with transaction.atomic():
        response = answer(name=name, form=form, columns=columns, rows=counted())
        company = companies.company(actor.company_id)
        journal.append("list.exported", actor=actor, subject=company, list=what, form=form, lines=lines)
        return response


def write(*, form: Form, columns: Sequence[Column[Row]], rows: Iterable[Row], most: int = MOST) -> IO[bytes]:
    """The file, in memory while it is small. Raises ExportTooLong."""
    file = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115  closed with the answer
    lines = _lines(columns, rows, most)
    try:
        if form == "csv":
            _write_csv(file, columns, _as_texts(lines))
        elif form == "xlsx":
            _write_xlsx(file, columns, _as_texts(lines))
        else:
            _write_parquet(file, columns, lines)
    except BaseException:
        file.close()
        raise
    return file


def _lines(columns: Sequence[Column[Row]], rows: Iterable[Row], most: int) -> Iterator[list[Value]]:
    for number, row in enumerate(rows):
        if number == most:
            raise ExportTooLong
        yield [column.value(row) for column in columns]


def _as_texts(lines: Iterator[list[Value]]) -> Iterator[list[Value]]:
    """With moments and days as they are written."""
    return ([_value(value) for value in line] for line in lines)


def _value(value: Value) -> Value:
    if isinstance(value, datetime):
        return value.astimezone(ZoneInfo(settings.CENTRE_ZONE)).isoformat(timespec="seconds")
    if isinstance(value, date):
        return value.isoformat()
    return value


def _write_csv(file: IO[bytes], columns: Sequence[Column[Any]], lines: Iterable[list[Value]]) -> None:
    # With the mark of UTF-8: without it spreadsheets take Cyrillic letters for another code page's.
    text = io.TextIOWrapper(file, encoding="utf-8-sig", newline="", errors="replace", write_through=True)
    table = csv.writer(text)
    table.writerow([str(column.head) for column in columns])
    table.writerows([_csv_cell(value) for value in line] for line in lines)
    text.detach()


def _csv_cell(value: Value) -> str | int:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return f"{value:f}"
    return safe_text(value) if isinstance(value, str) else str(value)


def safe_text(text: str) -> str:
    """A text as it may stand in a CSV cell: no spreadsheet takes it for a formula."""
    safe = text.replace("\x00", "")
    # An apostrophe is how spreadsheets themselves mark a text; blanks before the sign don't hide it from them.
    return f"'{safe}" if safe.lstrip(" \n").startswith(_FORMULA) else safe


def _write_xlsx(file: IO[bytes], columns: Sequence[Column[Any]], lines: Iterable[list[Value]]) -> None:
    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    sheet.freeze_panes = "A2"
    sheet.append([_xlsx_cell(sheet, str(column.head)) for column in columns])
    try:
        for line in lines:
            sheet.append([_xlsx_cell(sheet, value) for value in line])
    except BaseException:
        sheet.close()  # or its half-written file would stay behind
        raise
    book.save(file)


def _xlsx_cell(sheet: Any, value: Value) -> Any:
    if isinstance(value, Decimal) and len(value.normalize().as_tuple().digits) > _EXACT_DIGITS:
        value = f"{value:f}"
    if not isinstance(value, str):
        return value
    cell = WriteOnlyCell(sheet, value=_CONTROL.sub("", value)[:_LONGEST_CELL])
    cell.data_type = "s"  # a text whatever it begins with: "=1+1" is no formula
    return cell


_ARROW: Final = {
    "text": arrow.DataType.string(),
    "number": arrow.DataType.decimal128(38, 6),
    "count": arrow.DataType.int64(),
    "bool": arrow.DataType.bool(),
    "day": arrow.DataType.date32(),
    "moment": arrow.DataType.timestamp("us", tz="UTC"),
}
_ROWS_AT_ONCE: Final = 5_000
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


def _write_parquet(file: IO[bytes], columns: Sequence[Column[Any]], lines: Iterator[list[Value]]) -> None:
    """Typed columns, so that whoever reads them guesses nothing. No text is a formula to them: it stays whole."""
    heads = _apart([str(column.head) for column in columns])
    schema = arrow.Schema(
        [arrow.Field(head, _ARROW[column.kind], nullable=True) for head, column in zip(heads, columns, strict=True)]
    )
    failed: list[BaseException] = []

    def batches() -> Iterator[arrow.RecordBatch]:
        try:
            while some := list(islice(lines, _ROWS_AT_ONCE)):
                cells = zip(*some, strict=True)
                arrays = [_arrow_array(column.kind, values) for column, values in zip(columns, cells, strict=True)]
                yield arrow.RecordBatch.from_arrays(arrays, schema=schema)
        except BaseException as error:
            failed.append(error)  # the library would tell of it in words of its own
            raise

    try:
        arrow_io.write_parquet(
            arrow.RecordBatchReader.from_batches(schema, batches()),
            file,
            compression="snappy",
            skip_arrow_metadata=True,
        )
    except BaseException:
        if failed:
            raise failed[0] from None
        raise


def _apart(heads: list[str]) -> list[str]:
    """Columns of one name would be one to whoever reads them by name."""
    seen: dict[str, int] = {}
    named = []
    for head in heads:
        seen[head] = seen.get(head, 0) + 1
        named.append(head if seen[head] == 1 else f"{head} ({seen[head]})")
    return named


def _arrow_array(kind: str, values: Sequence[Value]) -> arrow.Array:
    """Built of what the library takes from Python, and cast to what the column is."""
    match kind:
        case "number":
            texts = [None if value is None else f"{Decimal(str(value)):f}" for value in values]
            return arrow.Array(texts, type=_ARROW["text"]).cast(_ARROW[kind])
        case "moment":
            ticks = [
                (value - _EPOCH) // timedelta(microseconds=1) if isinstance(value, datetime) else None
                for value in values
            ]
            return arrow.Array(ticks, type=_ARROW["count"]).cast(_ARROW[kind])
        case "day":
            days = [(value - _EPOCH.date()).days if isinstance(value, date) else None for value in values]
            return arrow.Array(days, type=arrow.DataType.int32()).cast(_ARROW[kind])
        case "count" | "bool":
            return arrow.Array(list(values), type=_ARROW[kind])
        case _:
            safe = [None if value is None else _CONTROL.sub("", str(_value(value))) for value in values]
            return arrow.Array(safe, type=_ARROW[kind])


async def _pieces(file: IO[bytes]) -> AsyncIterator[bytes]:
    """Some at a time: an ASGI server would read a plain iterator to its end before it sends anything."""
    read = sync_to_async(lambda: file.read(_AT_ONCE))
    try:
        while piece := await read():
            yield piece
    finally:
        file.close()
