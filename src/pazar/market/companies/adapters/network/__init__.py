"""Registers asked over the network, each configured in a file of the operator's (A2)."""
