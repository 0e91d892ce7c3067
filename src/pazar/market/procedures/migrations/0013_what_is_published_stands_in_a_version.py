"""What stands in the rows of a published procedure is what its newest version says, and nothing else.

Versions are append-only already. Whoever writes lots, items, documents or texts of what is published has to
leave the version that says so, in the same transaction, or the database refuses: also somebody's SQL as the app.
Checked once a procedure and transaction, at its end: a command writes the rows first and keeps the version then.
"""

from django.db import migrations

SQL = """
-- Which procedures a running transaction has written to; empty between transactions, written by triggers alone.
CREATE TABLE procedures_touched (
  procedure_id uuid PRIMARY KEY,
  is_said boolean NOT NULL,  -- something that only a new version may bring
  has_version boolean NOT NULL  -- and that version was kept
);
REVOKE ALL ON procedures_touched FROM pazar_app, pazar_reader;

CREATE FUNCTION procedures_touch(ids uuid[], said boolean, kept boolean DEFAULT false) RETURNS void
  LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
  INSERT INTO procedures_touched AS t (procedure_id, is_said, has_version)
  SELECT p.id, said, kept FROM procedures_procedure p
   WHERE p.id = ANY (ids) AND p.origin = 'own' AND p.state <> 'draft'
   ORDER BY p.id
  ON CONFLICT (procedure_id) DO UPDATE SET
    is_said = t.is_said OR excluded.is_said, has_version = t.has_version OR excluded.has_version;
$$;
REVOKE EXECUTE ON FUNCTION procedures_touch(uuid[], boolean, boolean) FROM PUBLIC, pazar_app;

-- As `rules.versions.content` writes it; the two ends, which are moments, are compared as such.
CREATE FUNCTION procedures_rows_say(p procedures_procedure) RETURNS jsonb
  LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
  SELECT jsonb_build_object(
    'kind', p.kind, 'regime', p.regime, 'title', p.title, 'description', p.description, 'language', p.language,
    'currency', p.currency, 'value_amount', trim_scale(p.value_amount)::text,
    'award_criterion', p.award_criterion, 'vat_included', p.vat_included, 'payment_terms', p.payment_terms,
    'delivery_terms', p.delivery_terms, 'requirements', p.requirements, 'seal', p.seal,
    'seal_person_id', p.seal_person_id,
    'lots', coalesce((
      SELECT jsonb_agg(jsonb_build_object(
        'id', l.id, 'title', l.title, 'description', l.description, 'cpv', l.cpv, 'regions', l.regions,
        'value_amount', trim_scale(l.value_amount)::text,
        'items', coalesce((
          SELECT jsonb_agg(jsonb_build_object(
            'id', i.id, 'description', i.description, 'cpv', i.cpv, 'quantity', trim_scale(i.quantity)::text,
            'unit', i.unit, 'place', i.place, 'delivery', i.delivery) ORDER BY i.position, i.id)
            FROM procedures_item i WHERE i.lot_id = l.id), '[]')
        ) ORDER BY l.position, l.id)
        FROM procedures_lot l WHERE l.procedure_id = p.id), '[]'),
    'documents', coalesce((
      SELECT jsonb_agg(jsonb_build_object(
        'id', d.id, 'title', d.title, 'name', f.name, 'size', f.size, 'digest', encode(f.digest, 'hex')) ORDER BY d.id)
        FROM procedures_document d JOIN files_storedfile f ON f.id = d.file_id
       WHERE d.procedure_id = p.id AND d.since_version <= p.version
         AND (d.until_version IS NULL OR d.until_version >= p.version)), '[]'));
$$;

CREATE FUNCTION procedures_stand_by_version() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  mark procedures_touched;
  p procedures_procedure;
  v procedures_version;
BEGIN
  DELETE FROM procedures_touched WHERE procedure_id = NEW.procedure_id RETURNING * INTO mark;
  IF NOT FOUND THEN
    RETURN NULL;  -- looked at already, as it stands
  END IF;
  SELECT * INTO p FROM procedures_procedure WHERE id = mark.procedure_id;
  IF NOT FOUND OR p.state = 'draft' THEN
    RETURN NULL;
  END IF;
  SELECT * INTO v FROM procedures_version WHERE procedure_id = p.id ORDER BY number DESC LIMIT 1;
  IF NOT FOUND OR v.number <> p.version OR (mark.is_said AND NOT mark.has_version)
     OR (v.content->>'closes_at')::timestamptz IS DISTINCT FROM p.closes_at
     OR (v.content->>'enquiries_close_at')::timestamptz IS DISTINCT FROM p.enquiries_close_at
     OR v.content - 'closes_at' - 'enquiries_close_at' <> procedures_rows_say(p) THEN
    RAISE EXCEPTION 'what is published stands in a version' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER procedures_stand_by_version AFTER INSERT ON procedures_touched
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION procedures_stand_by_version();

-- One look a statement, however many rows it wrote; ids as an array, so that the plan never walks a whole table.
CREATE FUNCTION procedures_note_lots() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  PERFORM procedures_touch(ARRAY(SELECT DISTINCT procedure_id FROM changed), true);
  RETURN NULL;
END $$;
CREATE FUNCTION procedures_note_moved_lots() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  -- A lot's words for search are found anew when the dictionary is another: they say nothing by themselves.
  PERFORM procedures_touch(ARRAY(
    SELECT procedure_id FROM (
      (SELECT id, procedure_id, number, position, title, description, cpv, regions, value_amount, currency FROM before
       EXCEPT
       SELECT id, procedure_id, number, position, title, description, cpv, regions, value_amount, currency FROM changed)
      UNION
      (SELECT id, procedure_id, number, position, title, description, cpv, regions, value_amount, currency FROM changed
       EXCEPT
       SELECT id, procedure_id, number, position, title, description, cpv, regions, value_amount, currency FROM before)
    ) AS other), true);
  RETURN NULL;
END $$;
CREATE FUNCTION procedures_note_items() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  PERFORM procedures_touch(ARRAY(
    SELECT DISTINCT procedure_id FROM procedures_lot WHERE id = ANY (ARRAY(SELECT DISTINCT lot_id FROM changed))), true);
  RETURN NULL;
END $$;
CREATE FUNCTION procedures_note_moved_items() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  PERFORM procedures_touch(ARRAY(
    SELECT DISTINCT procedure_id FROM procedures_lot
     WHERE id = ANY (ARRAY(SELECT lot_id FROM before UNION SELECT lot_id FROM changed))), true);
  RETURN NULL;
END $$;
-- A document of a change that is still being written is in no version yet: only what the newest one names counts.
CREATE FUNCTION procedures_note_documents() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  PERFORM procedures_touch(ARRAY(SELECT DISTINCT procedure_id FROM changed), false);
  RETURN NULL;
END $$;
CREATE FUNCTION procedures_note_moved_documents() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  IF EXISTS (
    SELECT FROM before b JOIN changed c USING (id)
     WHERE (b.procedure_id, b.file_id, b.title, b.since_version) IS DISTINCT FROM
           (c.procedure_id, c.file_id, c.title, c.since_version)
        OR b.until_version IS NOT NULL AND b.until_version IS DISTINCT FROM c.until_version) THEN
    RAISE EXCEPTION 'a document stays as it was attached' USING ERRCODE = 'check_violation';
  END IF;
  PERFORM procedures_touch(ARRAY(SELECT DISTINCT procedure_id FROM changed), true);
  RETURN NULL;
END $$;
CREATE FUNCTION procedures_note_gone_documents() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  -- One of the version being kept may go: whether it is named there is looked at in the end.
  IF EXISTS (
    SELECT FROM changed c JOIN procedures_procedure p ON p.id = c.procedure_id
     WHERE p.origin = 'own' AND p.state <> 'draft' AND c.since_version < p.version) THEN
    RAISE EXCEPTION 'a document of a published version stays' USING ERRCODE = 'check_violation';
  END IF;
  PERFORM procedures_touch(ARRAY(SELECT DISTINCT procedure_id FROM changed), false);
  RETURN NULL;
END $$;
CREATE FUNCTION procedures_note_texts() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  PERFORM procedures_touch(ARRAY(
    SELECT c.id FROM before b JOIN changed c USING (id)
     WHERE c.origin = 'own' AND c.state <> 'draft'
       AND (b.state = 'draft' OR
            (b.version, b.kind, b.regime, b.title, b.description, b.language, b.currency, b.value_amount,
             b.award_criterion, b.vat_included, b.payment_terms, b.delivery_terms, b.requirements, b.seal,
             b.seal_person_id, b.enquiries_close_at, b.closes_at, b.cpv, b.regions, b.buyer_name)
            IS DISTINCT FROM
            (c.version, c.kind, c.regime, c.title, c.description, c.language, c.currency, c.value_amount,
             c.award_criterion, c.vat_included, c.payment_terms, c.delivery_terms, c.requirements, c.seal,
             c.seal_person_id, c.enquiries_close_at, c.closes_at, c.cpv, c.regions, c.buyer_name))
  ), true);
  RETURN NULL;
END $$;
CREATE FUNCTION procedures_note_new() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  PERFORM procedures_touch(ARRAY(SELECT id FROM changed WHERE origin = 'own' AND state <> 'draft'), true);
  RETURN NULL;
END $$;

CREATE TRIGGER procedures_noted_new AFTER INSERT ON procedures_procedure
  REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION procedures_note_new();
CREATE TRIGGER procedures_noted AFTER UPDATE ON procedures_procedure
  REFERENCING OLD TABLE AS before NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION procedures_note_texts();
CREATE TRIGGER procedures_noted_new AFTER INSERT ON procedures_lot
  REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION procedures_note_lots();
CREATE TRIGGER procedures_noted AFTER UPDATE ON procedures_lot
  REFERENCING OLD TABLE AS before NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION procedures_note_moved_lots();
CREATE TRIGGER procedures_noted_gone AFTER DELETE ON procedures_lot
  REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION procedures_note_lots();
CREATE TRIGGER procedures_noted_new AFTER INSERT ON procedures_item
  REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION procedures_note_items();
CREATE TRIGGER procedures_noted AFTER UPDATE ON procedures_item
  REFERENCING OLD TABLE AS before NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION procedures_note_moved_items();
CREATE TRIGGER procedures_noted_gone AFTER DELETE ON procedures_item
  REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION procedures_note_items();
CREATE TRIGGER procedures_noted_new AFTER INSERT ON procedures_document
  REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION procedures_note_documents();
CREATE TRIGGER procedures_noted AFTER UPDATE ON procedures_document
  REFERENCING OLD TABLE AS before NEW TABLE AS changed FOR EACH STATEMENT
  EXECUTE FUNCTION procedures_note_moved_documents();
CREATE TRIGGER procedures_noted_gone AFTER DELETE ON procedures_document
  REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION procedures_note_gone_documents();

-- Versions follow one another while the procedure runs.
CREATE FUNCTION procedures_version_follows() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM procedures_procedure WHERE id = NEW.procedure_id AND state = 'published')
     OR NEW.number <> 1 + coalesce((SELECT max(number) FROM procedures_version
                                     WHERE procedure_id = NEW.procedure_id), 0) THEN
    RAISE EXCEPTION 'a version follows the one before, while its procedure runs' USING ERRCODE = 'check_violation';
  END IF;
  PERFORM procedures_touch(ARRAY[NEW.procedure_id], true, kept => true);
  RETURN NEW;
END $$;
CREATE TRIGGER procedures_version_follows BEFORE INSERT ON procedures_version
  FOR EACH ROW EXECUTE FUNCTION procedures_version_follows();

CREATE OR REPLACE FUNCTION procedures_end_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.origin = 'own' AND OLD.state IN ('closed', 'opened', 'awarded', 'failed')
     AND NEW.closes_at IS DISTINCT FROM OLD.closes_at THEN
    RAISE EXCEPTION 'the end of a closed procedure stays' USING ERRCODE = 'check_violation';
  END IF;
  IF OLD.origin = 'own' AND (
       NEW.origin <> 'own' OR NEW.buyer_id IS DISTINCT FROM OLD.buyer_id
       OR (OLD.state <> 'draft' AND NEW.state = 'draft')
       OR (OLD.state NOT IN ('draft', 'published') AND NEW.state = 'published')
       OR (OLD.state IN ('opened', 'awarded') AND NEW.state = 'closed')
       OR (OLD.state = 'awarded' AND NEW.state <> 'awarded')) THEN
    RAISE EXCEPTION 'a procedure does not go back' USING ERRCODE = 'check_violation';
  END IF;
  IF OLD.origin = 'own' AND OLD.state <> 'draft' AND (
       (NEW.id, NEW.reference, NEW.published_at) IS DISTINCT FROM (OLD.id, OLD.reference, OLD.published_at)
       OR (OLD.opened_at IS NOT NULL AND NEW.opened_at IS DISTINCT FROM OLD.opened_at)
       OR (OLD.ended_at IS NOT NULL AND NEW.ended_at IS DISTINCT FROM OLD.ended_at)
       OR (OLD.end_reason <> '' AND NEW.end_reason <> OLD.end_reason)) THEN
    RAISE EXCEPTION 'what was published of a procedure stays' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;

-- A question and its answer are written once.
CREATE FUNCTION procedures_enquiry_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' OR
     (NEW.id, NEW.procedure_id, NEW.asker_id, NEW.asked_by_id, NEW.question, NEW.asked_at)
       IS DISTINCT FROM (OLD.id, OLD.procedure_id, OLD.asker_id, OLD.asked_by_id, OLD.question, OLD.asked_at)
     OR (OLD.answered_at IS NOT NULL AND (NEW.answer, NEW.answered_at, NEW.answered_by_id)
       IS DISTINCT FROM (OLD.answer, OLD.answered_at, OLD.answered_by_id)) THEN
    RAISE EXCEPTION 'a question and its answer stay' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER procedures_enquiry_stays BEFORE UPDATE OR DELETE ON procedures_enquiry
  FOR EACH ROW EXECUTE FUNCTION procedures_enquiry_stays();
"""
REVERSE = """
DROP TRIGGER procedures_enquiry_stays ON procedures_enquiry;
DROP FUNCTION procedures_enquiry_stays();
CREATE OR REPLACE FUNCTION procedures_end_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.origin = 'own' AND OLD.state IN ('closed', 'opened', 'awarded', 'failed')
     AND NEW.closes_at IS DISTINCT FROM OLD.closes_at THEN
    RAISE EXCEPTION 'the end of a closed procedure stays' USING ERRCODE = 'check_violation';
  END IF;
  IF OLD.origin = 'own' AND (
       NEW.origin <> 'own' OR NEW.buyer_id IS DISTINCT FROM OLD.buyer_id
       OR (OLD.state <> 'draft' AND NEW.state = 'draft')
       OR (OLD.state NOT IN ('draft', 'published') AND NEW.state = 'published')
       OR (OLD.state IN ('opened', 'awarded') AND NEW.state = 'closed')
       OR (OLD.state = 'awarded' AND NEW.state <> 'awarded')) THEN
    RAISE EXCEPTION 'a procedure does not go back' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
DROP TRIGGER procedures_version_follows ON procedures_version;
DROP FUNCTION procedures_version_follows();
DROP TRIGGER procedures_noted_new ON procedures_procedure;
DROP TRIGGER procedures_noted ON procedures_procedure;
DROP TRIGGER procedures_noted_new ON procedures_lot;
DROP TRIGGER procedures_noted ON procedures_lot;
DROP TRIGGER procedures_noted_gone ON procedures_lot;
DROP TRIGGER procedures_noted_new ON procedures_item;
DROP TRIGGER procedures_noted ON procedures_item;
DROP TRIGGER procedures_noted_gone ON procedures_item;
DROP TRIGGER procedures_noted_new ON procedures_document;
DROP TRIGGER procedures_noted ON procedures_document;
DROP TRIGGER procedures_noted_gone ON procedures_document;
DROP FUNCTION procedures_note_lots(), procedures_note_moved_lots(), procedures_note_items(),
  procedures_note_moved_items(), procedures_note_documents(), procedures_note_moved_documents(), procedures_note_gone_documents(),
  procedures_note_texts(), procedures_note_new();
DROP TABLE procedures_touched;
DROP FUNCTION procedures_stand_by_version();
DROP FUNCTION procedures_rows_say(procedures_procedure);
DROP FUNCTION procedures_touch(uuid[], boolean, boolean);
"""


class Migration(migrations.Migration):
    dependencies = [("procedures", "0012_found_by_their_buyers_names"), ("files", "0001_initial")]
    operations = [
        migrations.RunSQL(SQL, REVERSE),
    ]
