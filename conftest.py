"""Fixtures for every test: the database (in place of pytest-django's), the browser, the factories."""

import time
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from tests.postgres import committing_tests_clean_up, django_db_setup  # noqa: F401

from pazar.ground.identity import proofs

pytest_plugins = ["tests.browser", "tests.factories"]


@pytest.fixture(autouse=True, scope="session")
def forced_log_ins_are_whole() -> Iterator[None]:
    """`client.force_login` stands for a log-in by every factor, a moment ago; what is less is tested by the pages."""
    forced = Client.force_login

    def force_login(self: Client, user: Any, backend: str | None = None) -> None:
        forced(self, user, backend=backend)
        session = self.session
        session[proofs.FACTOR_KEY] = "forced"
        session[proofs.PROVED_KEY] = time.time()
        session.save()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Client, "force_login", force_login)
        yield
