"""Bulk files of registers: one reader per form, told by content (A2)."""
