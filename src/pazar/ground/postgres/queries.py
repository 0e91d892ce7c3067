"""What the server says of itself."""

from django.db import connection


def database_size() -> int:
    """Bytes of the centre's database on disk."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_database_size(current_database())")
        return int(cursor.fetchone()[0])
