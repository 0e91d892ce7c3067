"""The seal: canonical forms, envelopes, holders, shares, openings (B8).

Everything here is mathematics: no Django, database, network or clock. It uses `cryptography`, an
exception to what rules may import, because ciphers are pure functions too. Chance is handed in as
`random`, except inside HPKE, where the library takes its own.
"""
