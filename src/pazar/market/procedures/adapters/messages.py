"""The sentence for each code a reader refuses or remarks with, in the language of its reader."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from .reader import Refused

SENTENCES: dict[str, Promise] = {
    "ambiguous-date": _("The date can be read in more than one way or is none. The field stays empty."),
    "archive-cut-short": _("The archive breaks off before its end. What came before was taken; fetch the file again."),
    "archive-in-archive": _("An archive inside an archive isn't opened. Unpack it and import what is in it."),
    "bad-character": _("The text holds a NUL or half a character, which can't be stored."),
    "bad-number": _("A number here has more digits than can be read."),
    "bomb": _("The archive grows to more than %(ratio)s times its size and isn't read on."),
    "broken-archive": _("The archive is damaged or packed in a way that isn't understood."),
    "broken-row": _("The row's quotes don't fit together, so its cells can't be told apart."),
    "broken-workbook": _("The workbook is damaged or made in an unknown way. Save it anew as XLSX or CSV."),
    "broken-xml": _("The XML is broken here and can't be read."),
    "broken-json": _("The JSON is broken here and can't be read."),
    "cell-error": _("The cell holds an error (%(text)s) instead of a value."),
    "cut-short": _("The data break off in the middle. What came before was taken; fetch the file again."),
    "date-without-time": _("The deadline names a day and no time. The field stays empty."),
    "date-without-zone": _("The time names no zone, so the moment isn't certain. The field stays empty."),
    "doctype": _("The XML declares a document type or entities, which no notice needs. It isn't read."),
    "double-column": _("Two columns carry the same name, so it isn't certain which is meant."),
    "double-key": _("The same key stands twice in one object, so it isn't certain which is meant."),
    "double-lot": _("Two lots carry the same mark. The first was taken."),
    "empty-file": _("The file is empty."),
    "encrypted-workbook": _("The workbook is under a password. Save it without one and import that."),
    "encoding-lies": _("The file says it is written in %(name)s and isn't. Correct what it says of itself."),
    "file-too-large": _("The file holds more than %(limit)s MB and isn't read on. Divide it."),
    "formula": _("The cell holds a formula and not what was published. Paste its value instead."),
    "html": _("This is a web page and no data. The server may have answered with an error; fetch the file again."),
    "list-too-long": _("The list has %(length)s entries, more than a notice can have."),
    "lot-not-described": _("An item belongs to a lot that isn't described."),
    "merged-cell": _("The cell is merged with others, so it isn't certain whose value it holds. Part the cells."),
    "negative-amount": _("The sum is below zero. The field stays empty."),
    "no-identity": _("The notice doesn't say which procedure it belongs to."),
    "no-plain-file": _("This is a link or a device and no file. It isn't followed."),
    "no-such-file": _("There is no such file."),
    "not-a-procedure": _("The notice registers a business; it is about no procedure."),
    "not-a-number": _("Here stands no number where one belongs."),
    "not-a-pair": _("A classification has a scheme and a code; here something else stands."),
    "not-a-text": _("Here stands no text where one belongs. The field stays empty."),
    "not-an-object": _("Here stands something else where an object belongs."),
    "not-json": _("This is no JSON."),
    "not-utf16": _("The file begins as UTF-16 and is none further on."),
    "not-utf8": _("The text isn't UTF-8. Convert the file and import it again."),
    "not-stored": _("The database won't hold this notice."),
    "number-for-code": _(
        "The cell holds the number %(text)s where a code belongs; digits may be lost. Write the code as text."
    ),
    "number-too-large": _("The number %(text)s is outside what any price or quantity can be."),
    "old-workbook": _("This is an old Office file. Save it as XLSX or CSV and import that."),
    "only-links": _("The record only links to its releases. Import the releases themselves."),
    "part-too-large": _("A part of the workbook is larger than any table needs. It isn't read."),
    "program": _("This is a program and no data."),
    "ragged-row": _("The row has %(length)s cells, its table has %(columns)s columns."),
    "range-no-value": _("A range stands where a value belongs. The field stays empty."),
    "reader-broke-off": _("The file couldn't be read to its end. What came before was taken."),
    "reversed-period": _("The period ends before it begins. The deadline is kept as published."),
    "same-member-twice": _("The archive holds two members of this name. The first was taken."),
    "several-deadlines": _("The lots have different deadlines. The first of them stands for the procedure."),
    "spreadsheet": _("This kind of spreadsheet isn't read. Save it as XLSX or CSV and import that."),
    "text-too-long": _("The text has %(length)s characters, more than the field can hold."),
    "too-deep": _("The data are nested deeper than any notice is."),
    "too-many-columns": _("The table has %(length)s columns, more than any notice needs."),
    "too-many-elements": _("The XML has more than %(limit)s elements, more than any notice."),
    "too-large": _("One notice is larger than any notice is."),
    "too-many-members": _("The archive has more than %(limit)s members. Divide it."),
    "unclear-number": _("The number can be read in more than one way or is none. The field stays empty."),
    "unclosed-quote": _("A quote opens here that nobody closes. The next rows were read for themselves."),
    "unknown-code": _("The code has another form than its list gives out. The field stays empty."),
    "unknown-encoding": _("The file says it is written in %(name)s, which isn't read. Convert it to UTF-8."),
    "unknown-format": _("The content is of no format that is understood here."),
    "unknown-json": _("This is JSON, but neither OCDS nor a known extract."),
    "unknown-xml": _("This is XML, but neither eForms nor TED."),
    "versioned-release": _("This is a history of values and no release. Import the releases themselves."),
    "xinclude": _("The XML includes other files by XInclude, which isn't followed. It isn't read."),
    "unreadable": _("The file can't be opened or read."),
}


def sentence(refused: Refused) -> str:
    """The sentence of a refusal in the active language."""
    return sentence_of(refused.code, refused.params)


def sentence_of(code: str, params: dict[str, str]) -> str:
    """The sentence of a code that was kept; the code itself where a later version has forgotten it."""
    known = SENTENCES.get(code)
    return str(known) % params if known is not None else code
