"""What is said about a table that a company brings, and about the classes of its sales: in the reader's language."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from pazar.sales.customers.rules.classing import Form, Reason, Side

FAULTS: Mapping[str, str | Promise] = {
    "no_such_file": _("There is no such file."),
    "cannot_be_opened": _("The file can't be opened."),
    "empty": _("There is nothing in it."),
    "not_a_table": _("This is no table: save it as CSV or as a spreadsheet (.xlsx)."),
    "old_or_locked_spreadsheet": _("A spreadsheet in the old form, or under a password. Save it as .xlsx without one."),
    "broken_archive": _("The file is damaged, or wasn't sent whole."),
    "broken_spreadsheet": _("The spreadsheet is damaged. Open it and save it again, or save it as CSV."),
    "too_large": _("Unpacked it would be over %(most)s GB."),
    "no_such_sheet": _("There is no sheet “%(sheet)s”. There are: %(sheets)s."),
    "header_unreadable": _("The first row doesn't name the columns."),
    "too_many_columns": _("It has %(count)s columns; up to %(most)s can be read."),
    "same_column_twice": _("Two columns are called “%(column)s”. Give one another name."),
    "column_missing": _("No column for this field was found among: %(columns)s. Name it in the map."),
    "line_too_long": _("The row is longer than any real one."),
    "cell_too_long": _("A cell is longer than any real one."),
    "unclosed_quote": _("A quotation mark opens here and never closes."),
    "broken_row": _("The row can't be cut into cells: look at its quotation marks."),
    "wrong_encoding": _("The row holds letters in another encoding than the file."),
    "bad_character": _("The row holds a sign that no text has."),
    "ragged_row": _("The row has %(cells)s cells, the header %(columns)s."),
    "formula": _("Cell %(cell)s holds a formula. Put its value there instead."),
    "cell_empty": _("The cell is empty."),
    "not_a_number": _("“%(value)s” is no number."),
    "too_long": _("“%(value)s” has too many digits."),
    "ambiguous_number": _("Numbers such as 1,234 stand here and nothing shows which sign is the decimal one: say it."),
    "value_of_nothing": _("A value is given for a quantity of nought."),
}

SIDES: Mapping[Side, str | Promise] = {
    Side.B2B: _("To enterprises (B2B)"),
    Side.B2C: _("To households (B2C)"),
    Side.UNKNOWN: _("Not known"),
}
FORMS: Mapping[Form, str | Promise] = {
    Form.WHOLESALE: _("Wholesale"),
    Form.SMALL_WHOLESALE: _("Small wholesale"),
    Form.RETAIL: _("Retail"),
    Form.NONE: _("No goods sold"),
    Form.UNKNOWN: _("Not known"),
}
REASONS: Mapping[Reason, str | Promise] = {
    Reason.BUYER_HAS_NUMBER: _("The buyer has a company number."),
    Reason.BUYER_SAID_COMPANY: _("The books say that the buyer is a company."),
    Reason.BUYER_SAID_PERSON: _("The books say that the buyer is a private person."),
    Reason.BUYER_HAS_LEGAL_FORM: _("The buyer's name has a legal form."),
    Reason.BUYER_NOT_SAID: _("Nothing says who the buyer is."),
    Reason.LOT_OF_WHOLESALE: _("The lot is of many packs."),
    Reason.LOT_OF_A_PACK: _("The lot is of one pack at least."),
    Reason.LOT_BELOW_A_PACK: _("The lot is less than a pack."),
    Reason.LOT_OF_WHOLESALE_ESTIMATED: _("The lot is of many packs, as the item's other sales let one estimate them."),
    Reason.LOT_OF_A_PACK_ESTIMATED: _(
        "The lot is of one pack at least, as the item's other sales let one estimate it."
    ),
    Reason.LOT_BELOW_A_PACK_ESTIMATED: _("The lot is less than a pack, as the item's other sales let one estimate it."),
    Reason.PACK_NOT_KNOWN: _("The pack isn't given, and the item's sales show none."),
    Reason.NOT_GOODS: _("Postage, a discount or bookkeeping."),
    Reason.TAKEN_BACK: _("Something was taken back or credited."),
    Reason.GIVEN_AWAY: _("Given without a price."),
    Reason.BOUGHT_BY_THE_PACK: _("A lot of a pack or more is bought for resale or use in an enterprise."),
    Reason.BUYER_BUYS_BY_THE_PACK: _("Most of what this buyer buys is by the pack."),
    Reason.BUYER_BUYS_BELOW_THE_PACK: _("Most of what this buyer buys is less than a pack."),
    Reason.BUYER_BUYS_TOO_LITTLE_KNOWN: _("Too little is known of what this buyer buys."),
    Reason.BY_HAND: _("Said by hand."),
}


def fault(code: str, params: Mapping[str, str]) -> str:
    """The sentence of a fault, in the language in force."""
    return str(FAULTS[code]) % dict(params) if code in FAULTS else code
