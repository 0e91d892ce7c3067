"""Asking other people's servers: one guarded client for all of the house.

`fetching.fetch` and `fetching.opened` resolve a name once, refuse every address that isn't of the public internet
(also behind a redirect), and bound an answer in time and size. `patience.ask` tries again, and leaves a server alone
that is down.
"""
