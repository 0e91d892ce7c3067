"""Protocols and letters typeset by Typst."""
