"""Lists and search read a slim table of their own, kept by triggers; safe on a live table, whose rows are listed here."""

import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.db.models.deletion
from django.db import migrations, models

SQL = """
ALTER TABLE procedures_listed ADD CONSTRAINT procedures_listed_of FOREIGN KEY (procedure_id)
  REFERENCES procedures_procedure (id) ON DELETE CASCADE;
-- Words are common or rare by orders of magnitude; the planner must know which.
ALTER TABLE procedures_listed ALTER COLUMN terms SET STATISTICS 1000;

CREATE FUNCTION procedures_list_again(ids uuid[]) RETURNS void LANGUAGE sql AS $$
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

-- One call a statement, however many rows it wrote.
CREATE FUNCTION procedures_list_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_TABLE_NAME = 'procedures_lot' THEN
    PERFORM procedures_list_again(ARRAY(SELECT DISTINCT procedure_id FROM changed));
  ELSE
    PERFORM procedures_list_again(ARRAY(SELECT id FROM changed));
  END IF;
  RETURN NULL;
END $$;

CREATE TRIGGER procedures_list_new AFTER INSERT ON procedures_procedure
  REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION procedures_list_changed();
CREATE TRIGGER procedures_list_changed AFTER UPDATE ON procedures_procedure
  REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION procedures_list_changed();
CREATE TRIGGER procedures_list_new_lots AFTER INSERT ON procedures_lot
  REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION procedures_list_changed();
CREATE TRIGGER procedures_list_changed_lots AFTER UPDATE ON procedures_lot
  REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION procedures_list_changed();
CREATE TRIGGER procedures_list_removed_lots AFTER DELETE ON procedures_lot
  REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION procedures_list_changed();

SELECT procedures_list_again(ARRAY(SELECT id FROM procedures_procedure WHERE state <> 'draft'));
"""
REVERSE = """
DROP TRIGGER procedures_list_new ON procedures_procedure;
DROP TRIGGER procedures_list_changed ON procedures_procedure;
DROP TRIGGER procedures_list_new_lots ON procedures_lot;
DROP TRIGGER procedures_list_changed_lots ON procedures_lot;
DROP TRIGGER procedures_list_removed_lots ON procedures_lot;
DROP FUNCTION procedures_list_changed();
DROP FUNCTION procedures_list_again(uuid[]);
"""


class Migration(migrations.Migration):
    dependencies = [("procedures", "0007_publications_name_one_another")]

    operations = [
        migrations.CreateModel(
            name="Listed",
            fields=[
                (
                    "procedure",
                    models.OneToOneField(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        primary_key=True,
                        related_name="listed",
                        serialize=False,
                        to="procedures.procedure",
                    ),
                ),
                ("published_at", models.DateTimeField(null=True)),
                ("closes_at", models.DateTimeField(null=True)),
                ("is_open", models.BooleanField()),
                ("value_amount", models.DecimalField(decimal_places=4, max_digits=26, null=True)),
                ("terms", django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), size=None)),
            ],
            options={
                "indexes": [
                    models.Index(fields=["-published_at", "-procedure"], name="procedures_listed_newest"),
                    models.Index(
                        condition=models.Q(("is_open", True)),
                        fields=["closes_at", "procedure"],
                        name="procedures_listed_open",
                    ),
                    django.contrib.postgres.indexes.GinIndex(fields=["terms"], name="procedures_listed_terms"),
                ],
            },
        ),
        migrations.RunSQL(SQL, REVERSE),
    ]
