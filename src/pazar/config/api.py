"""The public API: every domain's router under /api/v1/."""

from ninja import NinjaAPI

api = NinjaAPI(title="Pazar", version="1", urls_namespace="api", docs_url=None)
