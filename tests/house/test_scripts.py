"""The scripts that turn a clone into a working house."""

from __future__ import annotations

import importlib
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(autouse=True)
def scripts_on_path(monkeypatch):
    monkeypatch.syspath_prepend(str(ROOT / "scripts"))


def script(name):
    return importlib.import_module(name)


class TestLocks:
    def test_the_lock_files_hold_no_addresses(self):
        assert script("lock").addresses(ROOT) == []

    @pytest.mark.parametrize(
        "line",
        ["foo @ https://example.org/foo.whl", '"resolved": "foo.tgz"', "foo @ git+ssh:x"],
        ids=["url", "npm", "git"],
    )
    def test_an_address_in_a_lock_file_is_found_with_its_place(self, tmp_path, line):
        (tmp_path / "requirements").mkdir()
        (tmp_path / "requirements" / "base.txt").write_text(f"bar==1\n{line}\n")
        (tmp_path / "package-lock.json").write_text("{}")
        (found,) = script("lock").addresses(tmp_path)
        assert found.startswith("requirements/base.txt:2 ")

    def test_every_locked_requirement_has_a_hash(self):
        for path in (ROOT / "requirements").glob("*.txt"):
            entries = path.read_text().replace("\\\n", " ").splitlines()
            assert entries
            assert [entry for entry in entries if "==" not in entry or "--hash=sha256:" not in entry] == []

    def test_pages_that_ask_for_gifts_are_dropped_and_nothing_else(self):
        lock = {
            "packages": {"node_modules/a": {"version": "1", "funding": {"url": "https://example.org"}}},
            "x": 1,
        }
        assert script("lock").without_addresses(lock) == {
            "packages": {"node_modules/a": {"version": "1"}},
            "x": 1,
        }


class TestDigest:
    def test_changes_with_content_name_and_circumstance_but_not_with_time(self, tmp_path):
        digest = script("house").digest
        one = tmp_path / "folder" / "one"
        one.parent.mkdir()
        one.write_text("text")
        first = digest([tmp_path], root=tmp_path)
        os.utime(one, (1, 1))
        assert digest([tmp_path], root=tmp_path) == first
        assert digest([one.parent, one], root=tmp_path) == first  # twice named, once counted
        assert digest([tmp_path], root=tmp_path, also="3.13") != first
        one.write_text("other")
        changed = digest([tmp_path], root=tmp_path)
        assert changed != first
        one.rename(tmp_path / "folder" / "two")
        assert digest([tmp_path], root=tmp_path) not in (first, changed)

    def test_a_file_that_is_missing_differs_from_an_empty_one(self, tmp_path):
        digest = script("house").digest
        path = tmp_path / "file"
        missing = digest([path], root=tmp_path)
        path.touch()
        assert digest([path], root=tmp_path) != missing


class TestSteps:
    @pytest.fixture
    def setup(self, tmp_path, monkeypatch):
        setup = script("setup")
        monkeypatch.setattr(setup, "STAMPS", tmp_path / "stamps")
        return setup

    def step(self, setup, calls, **changes):
        fields = {"name": "x", "text": "X", "stamp": "1", "act": lambda: calls.append(1)} | changes
        return setup.Step(**fields)

    def test_runs_once_and_again_when_its_inputs_change(self, setup):
        calls = []
        assert self.step(setup, calls).run()
        assert not self.step(setup, calls).run()
        assert self.step(setup, calls, stamp="2").run()
        assert len(calls) == 2

    def test_runs_again_when_what_it_made_is_gone(self, setup, tmp_path):
        calls, made = [], tmp_path / "made"
        self.step(setup, calls, makes=(made,), act=made.touch).run()
        made.unlink()
        assert self.step(setup, calls, makes=(made,)).run()

    def test_runs_again_after_it_broke_off(self, setup):
        calls = []
        self.step(setup, calls).run()
        with pytest.raises(ZeroDivisionError):
            self.step(setup, calls, stamp="2", act=lambda: 1 / 0).run()
        assert self.step(setup, calls).run()

    def test_the_tools_for_development_will_do_for_the_runtime(self, setup):
        calls = []
        self.step(setup, calls, stamp="development").run()
        assert not self.step(setup, calls, stamp="runtime", accepts=("development",)).run()

    def test_a_tool_that_fails_is_quoted_with_a_remedy(self, setup):
        with pytest.raises(setup.Trouble) as caught:
            setup.call([sys.executable, "-c", "print('no space left'); raise SystemExit(1)"], remedy="Make room.")
        assert "no space left" in caught.value.what
        assert caught.value.remedy == "Make room."

    def test_an_old_python_is_told_so_in_a_sentence(self):
        # the guard stands before anything an older Python can't read, so its text must compile for one
        guard = (ROOT / "scripts" / "setup.py").read_text().split("import argparse")[0]
        old = "import sys; sys.version_info = (3, 9, 2); import shutil; shutil.which = lambda name: None\n"
        done = subprocess.run([sys.executable, "-c", old + guard], capture_output=True, text=True, check=False)
        assert done.returncode == 1
        assert "needs Python 3.11 or newer; this is 3.9" in done.stderr


class TestMessages:
    @pytest.fixture
    def source(self, tmp_path):
        app = tmp_path / "market" / "bids"
        (app / "templates" / "bids").mkdir(parents=True)
        (app / "static" / "bids").mkdir(parents=True)
        (app / "tests").mkdir()
        (app / "texts.py").write_text(
            "from django.utils.translation import gettext_lazy as _, ngettext\n"
            'LATE = _("Too late: it closed at %(closed)s.")\n'
            'def lots(n):\n    return ngettext("%(count)s lot", "%(count)s lots", n) % {"count": n}\n'
        )
        (app / "templates" / "bids" / "page.html").write_text(
            "{% load i18n %}\n  <p>\n     {% translate 'A bid' %}\n"
            " <c-x title=\"{% trans 'Seal' context 'act' %}\" />\n"
            "   {% blocktranslate with name=firm.name trimmed %}\n   Hello,\n"
            " {{ name }}{% endblocktranslate %}\n"
            ' {{ _("Now") }}\n'
        )
        (app / "static" / "bids" / "seal.js").write_text('export const text = gettext("Sealing");\n')
        (app / "tests" / "test_x.py").write_text('from x import _\n_("Only a test")\n')
        return tmp_path

    def locale(self, source, domain="django"):
        return source / "market" / "bids" / "locale" / "bg" / "LC_MESSAGES" / f"{domain}.po"

    def translate(self, source):
        """Every text translated by itself: complete, with equal placeholders."""
        messages = script("messages")
        messages.update(source)
        for domain in ("django", "djangojs"):
            path = self.locale(source, domain)
            catalog = messages.read(path, "bg")
            for message in catalog:
                if message.id:
                    message.string = message.id
            path.write_bytes(messages.written(catalog, "bg"))

    def test_one_text_has_one_translation(self, source):
        other = source / "market" / "awards"
        other.mkdir()
        (other / "texts.py").write_text("from django.utils.translation import gettext as _\n_('A bid')\n")
        self.translate(source)
        messages = script("messages")
        path = other / "locale" / "bg" / "LC_MESSAGES" / "django.po"
        catalog = messages.read(path, "bg")
        catalog["A bid"].string = "A bid"
        path.write_bytes(messages.written(catalog, "bg"))
        assert messages.check(source) == []
        catalog["A bid"].string = "Another word"
        path.write_bytes(messages.written(catalog, "bg"))
        assert len([fault for fault in messages.check(source) if "«Another word»" in fault]) == 1

    def test_texts_are_found_in_python_templates_and_scripts_but_not_in_tests(self, source):
        books = script("messages").extracted(source)
        found = {
            (book.app.name, book.domain): {(str(m.id), m.context) for m in book.template if m.id} for book in books
        }
        assert found == {
            ("bids", "django"): {
                ("Too late: it closed at %(closed)s.", None),
                ("('%(count)s lot', '%(count)s lots')", None),
                ("A bid", None),
                ("Seal", "act"),
                ("Hello, %(name)s", None),
                ("Now", None),
            },
            ("bids", "djangojs"): {("Sealing", None)},
        }

    def test_a_text_outside_of_any_app_is_kept_where_django_looks(self, source):
        (source / "ground").mkdir()
        (source / "ground" / "errors.py").write_text('from x import _\nA = _("Nothing here.")\n')
        assert next(book.app for book in script("messages").extracted(source)) == source / "ground" / "ui"

    def test_a_complete_translation_has_no_faults(self, source):
        self.translate(source)
        assert script("messages").check(source) == []

    def test_writing_it_again_changes_nothing(self, source):
        self.translate(source)
        before = self.locale(source).read_bytes()
        script("messages").update(source)
        assert self.locale(source).read_bytes() == before

    @pytest.mark.parametrize(
        ("old", "new", "fault"),
        [
            ('msgid "A bid"\nmsgstr "A bid"', "", "'A bid' is missing"),
            ('msgstr "A bid"', 'msgstr ""', "'A bid' isn't translated"),
            ('msgstr[1] "%(count)s lots"', 'msgstr[1] ""', "isn't translated in all its 2 forms"),
            ('\nmsgid "A bid"', '\n#, fuzzy\nmsgid "A bid"', "'A bid' is marked fuzzy"),
            ('msgstr "Hello, %(name)s"', 'msgstr "Hello, %(who)s"', "has other placeholders"),
            ('msgstr "Hello, %(name)s"', 'msgstr "Hello"', "has other placeholders"),
            ('msgctxt "act"\n', "", "'Seal' is missing"),
        ],
    )
    def test_each_fault_is_found(self, source, old, new, fault):
        self.translate(source)
        path = self.locale(source)
        text = path.read_text()
        assert text.count(old) == 1
        path.write_text(text.replace(old, new))
        (found,) = script("messages").check(source)
        assert fault in found
        assert found.startswith("market/bids/locale/bg/LC_MESSAGES/django.po: ")

    def test_compiled_translations_are_what_gettext_reads(self, source):
        import gettext

        self.translate(source)
        path = self.locale(source)
        path.write_text(path.read_text().replace('msgstr "A bid"', 'msgstr "Оферта"'))
        assert script("messages").compile_all(source) == []
        with path.with_suffix(".mo").open("rb") as file:
            texts = gettext.GNUTranslations(file)
        assert texts.gettext("A bid") == "Оферта"
        assert texts.ngettext("%(count)s lot", "%(count)s lots", 5) == "%(count)s lots"

    def test_a_file_that_is_none_is_named(self, source):
        path = self.locale(source)
        path.parent.mkdir(parents=True)
        path.write_text('msgid "A bid" msgstr\nnonsense\n')
        (fault,) = script("messages").compile_all(source)
        assert fault.startswith("market/bids/locale/bg/LC_MESSAGES/django.po can't be read")


class TestVendor:
    def test_the_tree_holds_no_vendor_files(self):
        listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False)
        if listed.returncode:
            pytest.skip("not a git clone")
        foreign = [
            n for n in listed.stdout.splitlines() if n.endswith((".woff2", ".ttf", ".min.js", ".min.css", ".mo"))
        ]
        assert foreign == []

    def test_an_icon_takes_its_stroke_from_the_outer_element(self):
        vendor = script("vendor")
        icon = vendor.svg("bell", f'<path {vendor.STROKE} d="M1 1"/>')
        assert icon.count("stroke-width") == 1
        assert '<path d="M1 1"/>' in icon

    def test_a_style_sheet_names_no_map(self):
        assert script("vendor").without_source_map("a{}\n/*# sourceMappingURL=a.css.map */") == "a{}\n"

    @pytest.mark.parametrize(
        ("library", "names"),
        [
            ("hpke", ["CipherSuite", "Aes256Gcm", "HkdfSha256", "HybridkemXWing"]),
            ("old-keys", ["asn1", "pkcs12", "pki"]),
            ("pki", ["PFX", "SignedData", "asn1js"]),
            ("shamir", ["split", "combine"]),
            ("uplot", ["default"]),
        ],
    )
    def test_each_library_is_one_module_without_eval(self, library, names):
        house = script("house")
        path = house.VENDOR / f"{library}.js"
        if not path.exists():
            pytest.skip("make setup builds it")
        text = path.read_text("utf-8")
        assert "eval(" not in text
        assert "new Function" not in text
        show = f"import * as m from {path.as_uri()!r}; console.log(Object.keys(m).join(' '))"
        done = subprocess.run(
            [*house.node(), "--input-type=module", "-e", show], capture_output=True, text=True, check=True
        )
        assert set(names) <= set(done.stdout.split())


class TestParts:
    def test_a_domain_a_path_and_words(self, tmp_path):
        for folder in ("src/pazar/market/bids/tests/bids", "tests/access"):
            (tmp_path / folder).mkdir(parents=True)
        selected = script("run_tests").selected
        assert selected("bids", tmp_path) == ["src/pazar/market/bids"]
        assert selected("access", tmp_path) == ["tests/access"]
        assert selected("tests/access", tmp_path) == ["tests/access"]
        assert selected("late and bid", tmp_path) == ["-k", "late and bid"]
        assert selected("", tmp_path) == []


class TestChecks:
    def test_every_failure_is_told_and_not_only_the_first(self, capsys):
        check = script("check")
        failed = check.run(
            {
                "one": lambda: check.Outcome(ok=False, said="first fault"),
                "two": lambda: check.Outcome(ok=True, said=""),
                "three": lambda: check.Outcome(ok=False, said="second fault"),
            }
        )
        told = capsys.readouterr().out
        assert failed == ["one", "three"]
        assert "first fault" in told
        assert "second fault" in told


class TestBrowser:
    def test_a_wrong_name_is_refused_and_not_passed_over(self, monkeypatch, capsys):
        monkeypatch.setenv("PAZAR_CHROMIUM", "/nowhere/chromium")
        assert script("browser").main() == 1
        told = capsys.readouterr()
        assert told.out == ""
        assert "/nowhere/chromium" in told.err

    @pytest.mark.parametrize(("ci", "status"), [("", 0), ("true", 1)])
    def test_having_none_is_a_failure_only_in_ci(self, monkeypatch, ci, status):
        browser = script("browser")
        monkeypatch.setattr(browser, "WAYS", (lambda: None,))
        monkeypatch.setenv("CI", ci)
        assert browser.main() == status
