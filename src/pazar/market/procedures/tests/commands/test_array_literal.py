"""Lists of texts are copied in as the driver itself would write them."""

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from pazar.market.procedures.commands.import_notices import array_literal

TEXTS = some.lists(
    some.text(some.one_of(some.sampled_from('"\\,{} \n\t'), some.characters(exclude_characters="\0", codec="utf-8")))
    | some.sampled_from(["", "NULL", "null", "{}", '"', "\\", '","', '\\"', "кабел", " ж "]),
    max_size=6,
)


@pytest.mark.django_db
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(texts=TEXTS)
def test_postgres_reads_the_same_texts(texts: list[str]) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT %s::text[]", [array_literal(texts)])
        assert cursor.fetchone() == (texts,)
        cursor.execute("CREATE TEMPORARY TABLE IF NOT EXISTS held (texts text[]) ON COMMIT DROP")
        cursor.execute("TRUNCATE held")
        with cursor.copy("COPY held FROM STDIN") as copy:
            copy.write_row([array_literal(texts)])
        cursor.execute("SELECT texts FROM held")
        assert cursor.fetchone() == (texts,)
