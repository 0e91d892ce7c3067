"""What every reader's hostile files are measured by."""

import tracemalloc
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from pazar.market.procedures.adapters import messages
from pazar.market.procedures.adapters.reader import Limits, Refused
from pazar.market.procedures.adapters.registry import read_files
from pazar.market.procedures.rules.notice import Notice

Read = Callable[..., tuple[list[str], list[Refused]]]


@pytest.fixture
def read(tmp_path: Path) -> Iterator[Read]:
    """Read these bytes as a file: the ocids taken, and what was refused; without much memory.

    The time that the heaviest take is measured in processes of their own (`test_hostile_long.py`).
    """

    def reading(data: bytes, limits: Limits | None = None) -> tuple[list[str], list[Refused]]:
        path = tmp_path / "given"
        path.write_bytes(data)
        tracemalloc.start()
        found = [taken.item for taken in read_files([path], limits=limits or Limits())]
        assert tracemalloc.get_traced_memory()[1] < 150 << 20
        tracemalloc.stop()
        refused = [item for item in found if isinstance(item, Refused)]
        for item in refused:
            assert item.code in messages.SENTENCES
            assert str(item.place)
        return [item.source_id for item in found if isinstance(item, Notice)], refused

    yield reading
    tracemalloc.stop()
