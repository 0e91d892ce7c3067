"""Lists by value, within one currency; fills in what is listed already (some tens of seconds for a million)."""

from django.db import migrations, models

WITH_CURRENCY = """
CREATE OR REPLACE FUNCTION procedures_list_again(ids uuid[]) RETURNS void LANGUAGE sql AS $$
  DELETE FROM procedures_listed l USING procedures_procedure p
   WHERE l.procedure_id = ANY (ids) AND p.id = l.procedure_id AND p.state = 'draft';

  INSERT INTO procedures_listed AS l (procedure_id, published_at, closes_at, is_open, value_amount, currency, terms)
  SELECT p.id, p.published_at, p.closes_at, p.state = 'published', coalesce(p.value_amount, worth.value),
         p.currency,
         ARRAY(
           SELECT DISTINCT term FROM (
             SELECT 'o' || p.origin
             UNION ALL SELECT 'k' || p.kind WHERE p.kind <> ''
             UNION ALL SELECT 'b' || p.buyer_id WHERE p.buyer_id IS NOT NULL
             UNION ALL SELECT 'n' || lower(p.reference) WHERE p.reference <> ''
             UNION ALL SELECT 'n' || lower(p.source_id) WHERE p.source_id <> ''
             UNION ALL SELECT 'w' || word FROM unnest(lots.lemmas) AS word
             UNION ALL SELECT 'c' || left(code, n) FROM unnest(p.cpv || lots.cpv) AS code,
               generate_series(2, greatest(2, length(rtrim(code, '0')))) AS n
             UNION ALL SELECT 'r' || left(code, n) FROM unnest(p.regions || lots.regions) AS code,
               generate_series(2, length(code)) AS n
           ) AS all_terms (term)
           ORDER BY term
         )
    FROM procedures_procedure p
   CROSS JOIN LATERAL (
     SELECT CASE WHEN count(*) = count(value_amount) THEN sum(value_amount) END AS value
       FROM procedures_lot WHERE procedure_id = p.id
   ) AS worth
   CROSS JOIN LATERAL (
     SELECT coalesce(array_agg(DISTINCT said.word) FILTER (WHERE said.word IS NOT NULL), '{}') AS lemmas,
            coalesce(array_agg(DISTINCT said.cpv) FILTER (WHERE said.cpv IS NOT NULL), '{}')::text[] AS cpv,
            coalesce(array_agg(DISTINCT said.region) FILTER (WHERE said.region IS NOT NULL), '{}') AS regions
       FROM procedures_lot lot
       LEFT JOIN LATERAL unnest(lot.lemmas, lot.cpv::text[], lot.regions) AS said (word, cpv, region) ON true
      WHERE lot.procedure_id = p.id
   ) AS lots
   WHERE p.id = ANY (ids) AND p.state <> 'draft'
  ON CONFLICT (procedure_id) DO UPDATE SET
    published_at = excluded.published_at, closes_at = excluded.closes_at, is_open = excluded.is_open,
    value_amount = excluded.value_amount, currency = excluded.currency, terms = excluded.terms
  WHERE (l.published_at, l.closes_at, l.is_open, l.value_amount, l.currency, l.terms) IS DISTINCT FROM
        (excluded.published_at, excluded.closes_at, excluded.is_open, excluded.value_amount, excluded.currency,
         excluded.terms);
$$;
"""
FILL = """
UPDATE procedures_listed l SET currency = p.currency
  FROM procedures_procedure p WHERE p.id = l.procedure_id AND p.currency <> '';
"""
WITHOUT = """
CREATE OR REPLACE FUNCTION procedures_list_again(ids uuid[]) RETURNS void LANGUAGE sql AS $$
  DELETE FROM procedures_listed l USING procedures_procedure p
   WHERE l.procedure_id = ANY (ids) AND p.id = l.procedure_id AND p.state = 'draft';

  INSERT INTO procedures_listed AS l (procedure_id, published_at, closes_at, is_open, value_amount, terms)
  SELECT p.id, p.published_at, p.closes_at, p.state = 'published', coalesce(p.value_amount, worth.value),
         ARRAY(
           SELECT DISTINCT term FROM (
             SELECT 'o' || p.origin
             UNION ALL SELECT 'k' || p.kind WHERE p.kind <> ''
             UNION ALL SELECT 'b' || p.buyer_id WHERE p.buyer_id IS NOT NULL
             UNION ALL SELECT 'n' || lower(p.reference) WHERE p.reference <> ''
             UNION ALL SELECT 'n' || lower(p.source_id) WHERE p.source_id <> ''
             UNION ALL SELECT 'w' || word FROM unnest(lots.lemmas) AS word
             UNION ALL SELECT 'c' || left(code, n) FROM unnest(p.cpv || lots.cpv) AS code,
               generate_series(2, greatest(2, length(rtrim(code, '0')))) AS n
             UNION ALL SELECT 'r' || left(code, n) FROM unnest(p.regions || lots.regions) AS code,
               generate_series(2, length(code)) AS n
           ) AS all_terms (term)
           ORDER BY term
         )
    FROM procedures_procedure p
   CROSS JOIN LATERAL (
     SELECT CASE WHEN count(*) = count(value_amount) THEN sum(value_amount) END AS value
       FROM procedures_lot WHERE procedure_id = p.id
   ) AS worth
   CROSS JOIN LATERAL (
     SELECT coalesce(array_agg(DISTINCT said.word) FILTER (WHERE said.word IS NOT NULL), '{}') AS lemmas,
            coalesce(array_agg(DISTINCT said.cpv) FILTER (WHERE said.cpv IS NOT NULL), '{}')::text[] AS cpv,
            coalesce(array_agg(DISTINCT said.region) FILTER (WHERE said.region IS NOT NULL), '{}') AS regions
       FROM procedures_lot lot
       LEFT JOIN LATERAL unnest(lot.lemmas, lot.cpv::text[], lot.regions) AS said (word, cpv, region) ON true
      WHERE lot.procedure_id = p.id
   ) AS lots
   WHERE p.id = ANY (ids) AND p.state <> 'draft'
  ON CONFLICT (procedure_id) DO UPDATE SET
    published_at = excluded.published_at, closes_at = excluded.closes_at, is_open = excluded.is_open,
    value_amount = excluded.value_amount, terms = excluded.terms
  WHERE (l.published_at, l.closes_at, l.is_open, l.value_amount, l.terms) IS DISTINCT FROM
        (excluded.published_at, excluded.closes_at, excluded.is_open, excluded.value_amount, excluded.terms);
$$;
"""


class Migration(migrations.Migration):
    dependencies = [("procedures", "0009_an_import_lists_once_a_batch")]

    operations = [
        migrations.AddField(
            model_name="listed",
            name="currency",
            field=models.CharField(default="", max_length=3),
        ),
        # Whatever still lists by the function of before goes on working.
        migrations.RunSQL("ALTER TABLE procedures_listed ALTER COLUMN currency SET DEFAULT ''", migrations.RunSQL.noop),
        migrations.RunSQL(WITH_CURRENCY, WITHOUT),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
        # The rows just written have checks that wait for the end of the transaction; no index is made while they do.
        migrations.RunSQL("SET CONSTRAINTS ALL IMMEDIATE", "SET CONSTRAINTS ALL IMMEDIATE"),
        migrations.AddIndex(
            model_name="listed",
            index=models.Index(
                fields=["currency", "-value_amount", "-procedure"],
                condition=models.Q(value_amount__isnull=False),
                name="procedures_listed_value",
            ),
        ),
    ]
