"""No procedure of our own goes back to before its end: open again, its end could be moved, and late bids put in."""

from django.db import migrations

SQL = """
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
"""
REVERSE = """
CREATE OR REPLACE FUNCTION procedures_end_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.origin = 'own' AND OLD.state IN ('closed', 'opened', 'awarded', 'failed')
     AND NEW.closes_at IS DISTINCT FROM OLD.closes_at THEN
    RAISE EXCEPTION 'the end of a closed procedure stays' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("procedures", "0010_lists_by_value")]
    operations = [migrations.RunSQL(SQL, REVERSE)]
