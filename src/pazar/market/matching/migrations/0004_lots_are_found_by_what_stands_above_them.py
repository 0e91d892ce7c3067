"""A lot is found by every code and region it stands under: an interest's codes only have to be among them."""

from django.db import migrations

FUNCTIONS = """
CREATE FUNCTION matching_cpv_up(codes varchar[]) RETURNS text[] LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT coalesce(array_agg(DISTINCT rpad(left(code, digits), 8, '0')), '{}')
  FROM unnest(codes) code, generate_series(2, 8) digits
$$;
CREATE FUNCTION matching_regions_up(regions text[]) RETURNS text[] LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT coalesce(array_agg(DISTINCT left(region, signs)), '{}')
  FROM unnest(regions) region, generate_series(2, length(region)) signs
$$;
"""


def index(name: str, function: str, column: str) -> migrations.RunSQL:
    return migrations.RunSQL(
        f"CREATE INDEX CONCURRENTLY {name} ON procedures_lot USING gin ({function}({column}))",
        f"DROP INDEX {name}",
    )


class Migration(migrations.Migration):
    atomic = False
    dependencies = [
        ("matching", "0003_interests_are_logged"),
        ("procedures", "0005_an_end_that_came_stays"),
    ]
    operations = [
        migrations.RunSQL(FUNCTIONS, "DROP FUNCTION matching_cpv_up; DROP FUNCTION matching_regions_up"),
        index("matching_lot_cpv_up", "matching_cpv_up", "cpv"),
        index("matching_lot_regions_up", "matching_regions_up", "regions"),
    ]
