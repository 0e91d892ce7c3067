"""Webhooks: the centre calls a company's own system when something of its happens (J2), by Standard Webhooks.

The roof says which events of the house are whose and in which words (`roof/public_events.py`); `commands.reading` reads
the outbox in commit order and keeps a delivery for each endpoint that asked; a round of the worker posts them, signed,
with growing waits, and never to an address inside. What nobody took in the end stands in a list and can be sent again.
"""
