"""The texts people read: extract, update, compile and check translations, with Babel alone.

    messages.py update     every text of the source into its app's .po files; what the source lost is dropped
    messages.py compile    .po → .mo
    messages.py check      is every text translated, none marked fuzzy, are placeholders equal?

Source texts are English. A text belongs to the app it stands in (`market/bids`, `roof`; what stands in none to
`ground/ui`) and is translated in that app's `locale/<language>/LC_MESSAGES/`.
Python and templates go to `django.po`, our ES modules to `djangojs.po`.
"""

from __future__ import annotations

import argparse
import io
import re
import sys
import warnings
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract
from babel.messages.mofile import write_mo
from babel.messages.plurals import get_plural
from babel.messages.pofile import PoFileError, read_po, write_po
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "src" / "pazar"
LANGUAGES = ("bg",)
WINGS = ("ground", "market", "sales")
TEMPLATES = {".html", ".txt", ".xml", ".typ"}
KEYWORDS = {
    **DEFAULT_KEYWORDS,
    "said": None,  # gettext, where the underscore is the lazy one
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext_lazy": (1, 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext_lazy": ((1, "c"), 2, 3),
}
PLACEHOLDER = re.compile(r"%\((\w+)\)[a-z]|%[sd]|\{(\w*)[^{}\s]*\}")

Key = tuple[str, str | None]  # text (the singular one), context


@dataclass(frozen=True, kw_only=True)
class Book:
    """All texts of one app in one domain of gettext, and where their translations are kept."""

    app: Path
    domain: str
    template: Catalog

    def path(self, language: str) -> Path:
        return self.app / "locale" / language / "LC_MESSAGES" / f"{self.domain}.po"


def app_of(path: Path, source: Path) -> Path:
    """The folder whose locale/ holds this file's texts."""
    parts = path.relative_to(source).parts
    depth = 2 if parts[0] in WINGS else 1
    if len(parts) <= depth or parts[0] == "config":
        return source / "ground" / "ui"  # no app of its own: Django would look for no translations there
    return source.joinpath(*parts[:depth])


def is_test(path: Path, source: Path) -> bool:
    return "tests" in path.relative_to(source).parts[:-1] or path.name == "conftest.py"


def extracted(source: Path = SOURCE) -> list[Book]:
    """Every text in the source, by app and domain."""
    found: dict[tuple[Path, str], Catalog] = {}
    for path in sorted(source.rglob("*")):
        if not path.is_file() or is_test(path, source):
            continue
        if path.suffix == ".py":
            domain, messages = "django", from_python(path)
        elif path.suffix in TEMPLATES and "templates" in path.relative_to(source).parts:
            domain, messages = "django", from_template(path)
        elif path.suffix in {".js", ".mjs"} and "static" in path.relative_to(source).parts:
            domain, messages = "djangojs", from_javascript(path)
        else:
            continue
        app = app_of(path, source)
        for text, context, comments in messages:
            catalog = found.setdefault((app, domain), Catalog(charset="utf-8"))
            # no line numbers: they would change with every edit, and conflict in every merge
            catalog.add(
                text,
                locations=[(path.relative_to(source).as_posix(), 0)],
                auto_comments=comments,
                context=context,
            )
    return [Book(app=app, domain=domain, template=catalog) for (app, domain), catalog in sorted(found.items())]


Found = Iterator[tuple[str | tuple[str, ...], str | None, list[str]]]


def from_python(path: Path) -> Found:
    return _with_babel("python", path.read_bytes())


def from_javascript(path: Path) -> Found:
    return _with_babel("javascript", path.read_bytes())


def from_template(path: Path) -> Found:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about where comments for translators may stand
        code = templatize(path.read_text("utf-8"), origin=str(path))
    # what Django makes looks like code to GNU xgettext; to Python's tokenizer an indented line is a fault
    flat = "\n".join(line.strip() for line in code.splitlines())
    return _with_babel("python", flat.encode())


def _with_babel(method: str, content: bytes) -> Found:
    for _, text, comments, context in extract(
        method, io.BytesIO(content), KEYWORDS, ("Translators:",), {"encoding": "utf-8"}
    ):
        if text:
            yield text, context, comments


def read(path: Path, language: str) -> Catalog:
    """A catalogue of translations; an absent file is an empty one. Raises PoFileError."""
    if not path.exists():
        return Catalog(locale=language, charset="utf-8")
    with path.open("rb") as file:
        return read_po(file, locale=language, abort_invalid=True)


def update(source: Path = SOURCE) -> None:
    for book in extracted(source):
        for language in LANGUAGES:
            path = book.path(language)
            catalog = read(path, language)
            catalog.update(book.template, no_fuzzy_matching=True, update_creation_date=False)
            before = path.read_bytes() if path.exists() else b""
            after = written(catalog, language)
            if after != before:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(after)
                print(f"{path.relative_to(source)}: written")


def written(catalog: Catalog, language: str) -> bytes:
    """The file, with a header that says what programs need and holds no names and dates."""
    body = io.BytesIO()
    write_po(body, catalog, width=100, omit_header=True, ignore_obsolete=True, include_lineno=False)
    header = (
        'msgid ""\nmsgstr ""\n'
        f'"Language: {language}\\n"\n'
        '"MIME-Version: 1.0\\n"\n'
        '"Content-Type: text/plain; charset=utf-8\\n"\n'
        '"Content-Transfer-Encoding: 8bit\\n"\n'
        f'"Plural-Forms: {get_plural(language).plural_forms}\\n"\n\n'
    )
    return header.encode() + body.getvalue().rstrip(b"\n") + b"\n"


def compile_all(source: Path = SOURCE) -> list[str]:
    """Write the .mo files; faults as sentences."""
    faults = []
    for path in sorted(source.glob("**/locale/*/LC_MESSAGES/*.po")):
        try:
            catalog = read(path, path.parts[-3])
        except PoFileError as error:
            faults.append(f"{path.relative_to(source)} can't be read as a .po file: {error}.")
            continue
        made = io.BytesIO()
        write_mo(made, catalog)
        path.with_suffix(".mo").write_bytes(made.getvalue())
    return faults


def check(source: Path = SOURCE) -> list[str]:
    """What is missing or wrong in the translations, a sentence each; empty when all is well."""
    faults: list[str] = []
    said: dict[tuple[str, str, str], tuple[str, str]] = {}
    for book in extracted(source):
        for language in LANGUAGES:
            path = book.path(language)
            name = path.relative_to(source).as_posix()
            try:
                catalog = read(path, language)
            except PoFileError as error:
                faults.append(f"{name} can't be read as a .po file: {error}.")
                continue
            faults += [
                f"{name}: {fault}" for message in book.template if message.id for fault in faults_of(message, catalog)
            ]
            faults += [f"{name}: {fault}" for fault in quarrels(name, language, catalog, said)]
    return faults


def quarrels(
    name: str, language: str, catalog: Catalog, said: dict[tuple[str, str, str], tuple[str, str]]
) -> Iterator[str]:
    """Texts that another app has translated otherwise: gettext keeps one of them, and which is chance."""
    for message in catalog:
        texts = _texts(message.string)
        if not message.id or not all(texts):
            continue
        first = _texts(message.id)[0]
        mine = " | ".join(texts)
        other, where = said.setdefault((language, str(message.context or ""), first), (mine, name))
        if other != mine:
            yield f'"{first}" is «{mine}» here and «{other}» in {where}: agree, or give one a context.'


def faults_of(message: Message, catalog: Catalog) -> Iterator[str]:
    key, context = _key(message)
    shown = repr(key if len(key) <= 60 else key[:57] + "…")
    where = ", ".join(sorted({place for place, _ in message.locations}))
    translated = catalog.get(key, context)
    if translated is None:
        yield f"{shown} is missing (it stands in {where})."
        return
    if translated.fuzzy:
        yield f"{shown} is marked fuzzy: look at it and take the mark away."
    texts = _texts(message.id)
    forms = _texts(translated.string)
    if isinstance(message.id, tuple) != isinstance(translated.id, tuple):
        yield f"{shown} has a plural in one place only: in the source or in the translation."
        return
    wanted_forms = catalog.num_plurals if isinstance(message.id, tuple) else 1
    if len(forms) != wanted_forms or not all(form.strip() for form in forms):
        yield f"{shown} isn't translated" + (f" in all its {wanted_forms} forms." if wanted_forms > 1 else ".")
        return
    allowed = [placeholders(text) for text in texts]
    for form in forms:
        # a singular may say "one" where the plural says a number
        if placeholders(form) not in allowed:
            yield f"{shown} has other placeholders in the translation: {form!r}."
            return


def placeholders(text: str) -> list[str]:
    return sorted({match.group(0) for match in PLACEHOLDER.finditer(text.replace("%%", ""))})


def _key(message: Message) -> Key:
    return (message.id[0] if isinstance(message.id, tuple) else message.id), message.context


def _texts(value: str | Iterable[str]) -> list[str]:
    return [value] if isinstance(value, str) else list(value)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("act", choices=["update", "compile", "check"])
    act = parser.parse_args().act
    faults: list[str] = []
    if act == "update":
        update()
        faults = compile_all()
    elif act == "compile":
        faults = compile_all()
    else:
        faults = check()
    for fault in faults:
        print(fault)
    if faults:
        print(f"Faults in the translations: {len(faults)}. `make messages` adds what is missing.")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
