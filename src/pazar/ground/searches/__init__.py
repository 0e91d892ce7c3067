"""Searches that a person saved: lists as he narrowed them, under a name, with how much has come since he looked (J4).

A list that can be saved is registered by its domain (`kinds.register`), which also counts what is new in it. Each is
the person's own: neither his company nor a colleague sees it.
"""
