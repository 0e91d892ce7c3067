"""Stored files: content outside the database, name, size, digest and owner inside."""
