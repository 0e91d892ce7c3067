"""Fixtures for every test: the database (in place of pytest-django's), the browser, the factories."""

from tests.postgres import committing_tests_clean_up, django_db_setup  # noqa: F401

pytest_plugins = ["tests.browser", "tests.factories"]
