"""What an import contract can't say: at run time a domain's models are imported by that domain alone.

Others name them in annotations (`if TYPE_CHECKING`), receive rows from its queries, and leave saving to its commands.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

SRC = Path(__file__).resolve().parents[2] / "src"
WINGS = ("pazar.market.", "pazar.sales.")

# module → why it may
EXCEPTIONS: dict[str, str] = {}


def domain(module: str) -> str:
    return ".".join(module.split(".")[:3])


def modules() -> Iterator[tuple[str, Path]]:
    for path in sorted((SRC / "pazar").rglob("*.py")):
        parts = path.relative_to(SRC).with_suffix("").parts
        if not {"tests", "migrations"} & set(parts):
            yield ".".join(parts), path


def imported_at_run_time(tree: ast.Module) -> Iterator[str]:
    """Modules and names imported anywhere but under TYPE_CHECKING."""
    todo: list[ast.AST] = [tree]
    while todo:
        node = todo.pop()
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test):
            todo += node.orelse
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        todo += ast.iter_child_nodes(node)


def strangers() -> list[str]:
    found = []
    for name, path in modules():
        for imported in imported_at_run_time(ast.parse(path.read_text(encoding="utf-8"))):
            is_model = imported.startswith(WINGS) and imported.split(".")[3:4] == ["models"]
            if is_model and domain(imported) != domain(name) and name not in EXCEPTIONS:
                found.append(f"{name} imports {imported}")
    return sorted(set(found))


def test_models_are_imported_by_their_own_domain_alone():
    assert strangers() == []


@pytest.mark.parametrize(
    ("source", "seen"),
    [
        ("from pazar.market.bids.models import Bid", True),
        ("def f():\n    from pazar.market.bids import models", True),
        ("from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from pazar.market.bids.models import Bid", False),
    ],
)
def test_the_look_sees_what_it_should(source, seen):
    found = [name for name in imported_at_run_time(ast.parse(source)) if "models" in name]
    assert bool(found) is seen
