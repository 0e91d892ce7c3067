"""Once a procedure of our own has closed, the moment its bids closed at can't be moved any more."""

from django.db import migrations

SQL = """
CREATE FUNCTION procedures_end_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.origin = 'own' AND OLD.state IN ('closed', 'opened', 'awarded', 'failed')
     AND NEW.closes_at IS DISTINCT FROM OLD.closes_at THEN
    RAISE EXCEPTION 'the end of a closed procedure stays' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER procedures_end_stays BEFORE UPDATE ON procedures_procedure
  FOR EACH ROW EXECUTE FUNCTION procedures_end_stays();
"""
REVERSE = """
DROP TRIGGER procedures_end_stays ON procedures_procedure;
DROP FUNCTION procedures_end_stays();
"""


class Migration(migrations.Migration):
    dependencies = [("procedures", "0004_releases_of_sources")]
    operations = [migrations.RunSQL(SQL, REVERSE)]
