"""The public API: every domain's router under /api/v1/."""

from pazar.ground.api.gate import Api

api = Api(
    title="Pazar",
    version="1",
    urls_namespace="api",
    description="Everything the pages do. Lists go by cursor, errors are RFC 9457, every POST has an Idempotency-Key.",
)
api.add_router("", "pazar.ground.api.api.router")
api.add_router("", "pazar.ground.api.messages.router")
api.add_router("", "pazar.ground.webhooks.api.router")
api.add_router("", "pazar.ground.people.api.router")
api.add_router("", "pazar.ground.searches.api.router")
api.add_router("/awards", "pazar.market.awards.api.router")
api.add_router("/items", "pazar.market.awards.api.items")
api.add_router("/procedures", "pazar.market.procedures.api.router")
api.add_router("/imports", "pazar.market.procedures.imports_api.router")
api.add_router("", "pazar.market.matching.api.router")
api.add_router("", "pazar.sales.customers.api.router")
api.add_router("", "pazar.sales.channels.api.router")
api.add_router("", "pazar.sales.pipeline.api.router")
api.add_router("", "pazar.market.bids.api.router")
api.add_router("", "pazar.roof.api.router")
