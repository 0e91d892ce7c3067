"""For the balancer and the operator: is this process alive, is it ready to serve, does a worker work."""

from functools import lru_cache
from typing import Any

from django.db import DatabaseError, connection
from django.db.migrations.loader import MigrationLoader
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

# A worker tells of itself every ten seconds; one that is silent for a minute is gone.
SILENT_SECONDS = 60


@never_cache
@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    """GET /healthz: this process answers. It asks nothing of anybody else."""
    return JsonResponse({"status": "ok"})


@never_cache
@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    """GET /readyz: 200 if database and migrations are there, else 503. The worker is told of, it decides nothing here.

    A page can be served while no worker runs; the operator's alarm looks at `worker`.
    """
    try:
        missing = _missing_migrations()
        worker = _worker()
    except DatabaseError:
        return JsonResponse({"status": "unavailable", "database": "unreachable"}, status=503)
    ready = not missing
    return JsonResponse(
        {
            "status": "ready" if ready else "unavailable",
            "database": "reachable",
            "migrations": "applied" if ready else "missing",
            "worker": worker,
        },
        status=200 if ready else 503,
    )


@lru_cache(maxsize=1)
def _known_migrations() -> frozenset[tuple[str, str]]:
    """Every migration of this version of the code: read from the disk once."""
    loader = MigrationLoader(None)
    replaced = {key for migration in loader.disk_migrations.values() for key in migration.replaces}
    return frozenset(set(loader.disk_migrations) - replaced)


def _missing_migrations() -> list[tuple[str, str]]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT app, name FROM django_migrations")
        applied = set(cursor.fetchall())
    return sorted(_known_migrations() - applied)


def _worker() -> dict[str, Any]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT round(extract(epoch FROM now() - max(last_heartbeat))) FROM procrastinate_workers")
        (age,) = cursor.fetchone()
    if age is None:
        return {"status": "none", "heartbeat_age_seconds": None}
    return {"status": "working" if age < SILENT_SECONDS else "silent", "heartbeat_age_seconds": int(age)}
