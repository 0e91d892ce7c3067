"""`pazar desk class FILE`: what a company's sales are, B2B or B2C, and why."""

import csv
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import click

from pazar.ground.console import Trouble, load_django

if TYPE_CHECKING:
    from pazar.sales.customers.adapters.sale_lines import Read
    from pazar.sales.customers.rules.classing import Classed, ClassingRules, Tally

SHOWN = 20


@click.group()
def desk() -> None:
    """A company's sales desk: class its sales, bring its books in."""


@desk.command(name="class")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
@click.option("--out", type=click.Path(path_type=Path), help="Write each line with its classes and reasons here (CSV).")
@click.option("--map", "map_file", type=click.Path(path_type=Path), help='JSON: field → column, as {"item": "SKU"}.')
@click.option("--decimal", type=click.Choice(["point", "comma"]), help="The decimal sign, where numbers don't show it.")
@click.option("--sheet", default="", help="Of a spreadsheet, the sheet; the first if not said.")
@click.option("--target", type=click.Choice(["b2b", "b2c"]), default="b2b", help="Whom the company is there for.")
def class_(
    file: Path, as_json: bool, out: Path | None, map_file: Path | None, decimal: Any, sheet: str, target: str
) -> None:
    """Class the sales in FILE (CSV, also .gz, or .xlsx; a line of an invoice in each row), each class with its reason.

    Needs no database. Exit status: 0 all classed, 1 some rows refused, 2 nothing could be read.
    """
    load_django()
    from pazar.sales.customers.adapters.sale_lines import CannotRead, read_sales
    from pazar.sales.customers.rules.classing import ClassingRules, Side, Tally, class_sales
    from pazar.sales.customers.rules.mapping import NoSuchColumn
    from pazar.sales.customers.sentences import fault

    rules = ClassingRules()
    try:
        read = read_sales(file, said=_map(map_file), mark=decimal, sheet=sheet)
    except NoSuchColumn as missing:
        raise Trouble(f"The map names a {missing.what} that isn't there: {missing.name}.") from None
    except CannotRead as cannot:
        refused = cannot.refused
        message = fault(refused.code, refused.params)
        if as_json:
            one = {"where": "", "field": refused.column, "code": refused.code, "message": message}
            click.echo(json.dumps({"file": str(file), "read": 0, "classed": 0, "refused": [one]}, ensure_ascii=False))
        about = f"{refused.column}: " if refused.column else ""
        click.echo(f"{file}: {about}{message}", err=True)
        sys.exit(2)
    tally = Tally(target=Side(target))
    classes = class_sales(read.lines, rules)
    if out is None:
        for line, classed in zip(read.lines, classes, strict=True):
            tally.add(line, classed)
    else:
        try:
            with out.open("w", encoding="utf-8", newline="") as written:
                _write(written, read, list(classes), tally)
        except OSError as error:
            raise Trouble(f"{out} can't be written: {error.strerror}.") from None
    if as_json:
        click.echo(json.dumps(_as_json(file, read, tally, rules), ensure_ascii=False))
    else:
        _tell(file, read, tally, rules)
    if not read.lines:
        sys.exit(2)
    sys.exit(1 if read.refused_count else 0)


def _map(path: Path | None) -> dict[str, str] | None:
    if path is None:
        return None
    try:
        said = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise Trouble(f"The map can't be read: {error.strerror}.") from None
    except ValueError:
        raise Trouble("The map isn't JSON.") from None
    if not isinstance(said, dict) or not all(isinstance(value, str) for value in said.values()):
        raise Trouble('The map is an object of texts: {"field": "column"}.')
    return said


def _write(file: IO[str], read: "Read", classes: "Sequence[Classed]", tally: "Tally") -> None:
    from pazar.ground.api.exports import safe_text

    writer = csv.writer(file)
    writer.writerow(
        ["row", "invoice", "item", "buyer", "quantity", "price", "formal", "formal_reason", "substantive",
         "substantive_reason", "form", "form_reason"]
    )  # fmt: skip
    for place, line, one in zip(read.places, read.lines, classes, strict=True):
        tally.add(line, one)
        texts = (safe_text(line.invoice), safe_text(line.item), safe_text(line.buyer))
        writer.writerow(
            [place, *texts, line.quantity, line.price, one.formal, one.formal_reason, one.substantive,
             one.substantive_reason, one.form, one.form_reason]
        )  # fmt: skip


def _as_json(file: Path, read: "Read", tally: "Tally", rules: "ClassingRules") -> dict[str, Any]:
    from pazar.sales.customers.rules.classing import Form, Side
    from pazar.sales.customers.sentences import fault

    def reasons(kind: str, value: str) -> dict[str, int]:
        return {
            str(reason): count
            for (of, what, reason), count in sorted(tally.reasons.items())
            if (of, what) == (kind, value)
        }

    classes: dict[str, Any] = {}
    for kind in ("formal", "substantive"):
        shares = {side: tally.side(kind, side) for side in Side}
        classes[kind] = {
            str(side): {"lines": share.lines, "value": str(share.value), "reasons": reasons(kind, side)}
            for side, share in shares.items()
        }
    classes["form"] = {
        str(form): {"lines": share.lines, "value": str(share.value), "reasons": reasons("form", form)}
        for form in Form
        for share in [tally.of_form(form)]
    }
    more = read.refused_count - len(read.refused)
    return {
        "file": str(file),
        "format": read.form,
        "columns": dict(read.guess.columns),
        "left_columns": list(read.guess.left),
        "rules": {
            "version": rules.version,
            "wholesale_packs": rules.wholesale_packs,
            "pack_lines": rules.pack_lines,
            "pack_share": str(rules.pack_share),
            "buyer_share": str(rules.buyer_share),
            "mixed_share": str(rules.mixed_share),
        },
        "read": read.read,
        "classed": tally.lines,
        "classes": classes,
        "together": [
            {"formal": a, "substantive": b, "form": c, "lines": count, "value": str(tally.values[a, b, c])}
            for (a, b, c), count in sorted(tally.classes.items())
        ],
        "returned_value": str(tally.returned),
        "target": {"side": tally.target, **_target(tally)},
        "buyers": tally.buyers,
        "mixed_buyers": tally.mixed(rules),
        "refused": [
            {"where": r.where, "field": r.column, "code": r.code, "message": fault(r.code, r.params)}
            for r in read.refused
        ]
        + ([{"where": "", "field": "", "code": "more-refused", "message": f"{more} more."}] if more else []),
        "refused_count": read.refused_count,
    }


def _target(tally: "Tally") -> dict[str, Any]:
    """Target and non-target sales by substance, by lines and by turnover; what isn't known is in neither."""
    from pazar.sales.customers.rules.classing import Side

    other = Side.B2C if tally.target is Side.B2B else Side.B2B
    hit, missed = tally.side("substantive", tally.target), tally.side("substantive", other)
    lines, value = hit.lines + missed.lines, hit.value + missed.value
    return {
        "lines": hit.lines,
        "non_target_lines": missed.lines,
        "share_of_lines": round(hit.lines / lines, 4) if lines else None,
        "share_of_value": round(float(hit.value / value), 4) if value else None,
    }


def _tell(file: Path, read: "Read", tally: "Tally", rules: "ClassingRules") -> None:
    from pazar.sales.customers.rules.classing import Form, Side
    from pazar.sales.customers.sentences import FORMS, REASONS, SIDES, fault

    click.echo(
        f"{file}: {read.read:,} rows, {tally.lines:,} classed by rules {rules.version}, {read.refused_count} refused"
    )
    for kind, title in (("formal", "By form"), ("substantive", "By substance")):
        click.echo(f"\n{title}")
        for side in Side:
            share = tally.side(kind, side)
            if share.lines:
                _group(str(SIDES[side]), share.lines, share.value, kind, side, tally, REASONS)
    click.echo("\nBy lot")
    for form in Form:
        share = tally.of_form(form)
        if share.lines:
            _group(str(FORMS[form]), share.lines, share.value, "form", form, tally, REASONS)
    target = _target(tally)
    if target["share_of_lines"] is not None:
        click.echo(
            f"\nTarget ({tally.target}): {target['share_of_lines']:.1%} of the lines whose class is known", nl=False
        )
        click.echo(f", {target['share_of_value']:.1%} of their turnover." if target["share_of_value"] else ".")
    click.echo(f"{tally.buyers:,} buyers, {tally.mixed(rules):,} of them mixed (by the pack and below it).")
    for refused in read.refused[:SHOWN]:
        about = f" {refused.column}:" if refused.column else ""
        click.echo(f"  {refused.where}:{about} {fault(refused.code, refused.params)}")
    if read.refused_count > SHOWN:
        click.echo(f"  … and {read.refused_count - SHOWN} more.")


def _group(title: str, lines: int, value: Any, kind: str, what: str, tally: "Tally", reasons: Any) -> None:
    click.echo(f"  {title}: {lines:,} lines, {value:,.2f}")
    for (of, one, reason), count in sorted(tally.reasons.items(), key=lambda item: -item[1]):
        if (of, one) == (kind, what):
            click.echo(f"    {count:,}: {reasons[reason]}")
