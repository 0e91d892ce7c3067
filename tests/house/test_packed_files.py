"""What a packed centre serves: modules find each other by their packed names."""

import re
from pathlib import Path

import pytest
from django.core.files.base import ContentFile

from pazar.config.static import PACKED_FROM, digest, is_packed
from pazar.config.storage import PackedFiles

MODULE = """// import { wrong } from "./comment.js";
/**
 * import { wrong } from "./comment.js";
 */
import "./b.js";
import {
  one,
  two,
} from "../deep/c.js";
export { three } from './b.js';
const later = () => import("crypto");
"""


@pytest.fixture
def storage(tmp_path):
    return PackedFiles(location=str(tmp_path), base_url="/static/")


def packed(storage, files):
    for name, text in files.items():
        storage.save(name, ContentFile(text.encode()))
    failures = [
        done
        for _, _, done in storage.post_process({name: (storage, name) for name in files})
        if isinstance(done, Exception)
    ]
    assert not failures
    return {name: Path(storage.path(storage.stored_name(name))).read_text("utf-8") for name in files}


def test_imports_follow_the_packed_names_and_nothing_else_does(storage):
    files = packed(storage, {"app/a.js": MODULE, "app/b.js": "export const three = 3;\n", "deep/c.js": "export {};\n"})
    text = files["app/a.js"]
    b, c = (Path(storage.stored_name(name)).name for name in ("app/b.js", "deep/c.js"))
    assert f'import "./{b}";' in text
    assert re.search(rf'import {{\s+one,\s+two,\s+}} from "\.\./deep/{re.escape(c)}";', text)
    assert f'export {{ three }} from "./{b}";' in text
    assert text.count("./comment.js") == 2
    assert 'import("crypto")' in text


def test_a_module_changes_its_name_with_its_neighbour(storage, tmp_path):
    files = {"app/a.js": 'import "./b.js";\n', "app/b.js": "export const b = 1;\n"}
    packed(storage, files)
    before = storage.stored_name("app/a.js")
    other = PackedFiles(location=str(tmp_path / "other"), base_url="/static/")
    packed(other, {**files, "app/b.js": "export const b = 2;\n"})
    assert other.stored_name("app/a.js") != before


def test_files_packed_before_an_update_are_not_served(tmp_path):
    package, root = tmp_path / "pazar", tmp_path / "static"
    own = package / "ground" / "ui" / "static" / "ui" / "kit.js"
    own.parent.mkdir(parents=True)
    own.write_text("one")
    assert not is_packed(root, package=package)
    root.mkdir()
    (root / PACKED_FROM).write_text(digest(package))
    assert is_packed(root, package=package)
    own.write_text("two")
    assert not is_packed(root, package=package)
    own.write_text("one")
    own.with_name("new.js").touch()
    assert not is_packed(root, package=package)
