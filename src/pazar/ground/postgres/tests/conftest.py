"""Real clusters, in folders of their own: short-lived, stopped at the end whatever happened."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from pazar.ground.postgres import cluster
from pazar.ground.postgres.cluster import Cluster


@pytest.fixture(scope="session")
def open_folder() -> Iterator[Path]:
    """A folder that any user can pass through; pytest's own are closed, and root's server isn't root's."""
    folder = Path(tempfile.mkdtemp(prefix="pazar-test-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def data(open_folder: Path) -> Iterator[Path]:
    """A data folder that isn't there yet."""
    place = Path(tempfile.mkdtemp(dir=open_folder))
    place.chmod(0o755)
    folder = place / "data"
    yield folder
    cluster.stop(folder)


@pytest.fixture(scope="module")
def shared(open_folder: Path) -> Iterator[Cluster]:
    """One running cluster for tests that don't hurt it."""
    found = cluster.ensure_running(open_folder / f"shared-{os.getpid()}")
    yield found
    cluster.stop(found.data)
