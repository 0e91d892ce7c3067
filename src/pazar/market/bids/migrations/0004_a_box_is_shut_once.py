"""A box is never removed, its holders never change, and what was written at its shutting and opening stays.

The app may fill each of these columns once; a trigger refuses a second value.
"""

from django.db import migrations

COLUMNS = "closed_at, digest, sealed_salt, salt, opened_at, opened_by_id"
SQL = f"""
REVOKE UPDATE, DELETE, TRUNCATE ON bids_box FROM pazar_app;
GRANT UPDATE ({COLUMNS}) ON bids_box TO pazar_app;

CREATE FUNCTION bids_box_once() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (OLD.digest IS NOT NULL AND NEW.digest IS DISTINCT FROM OLD.digest)
     OR (OLD.closed_at IS NOT NULL AND NEW.closed_at IS DISTINCT FROM OLD.closed_at)
     OR (OLD.sealed_salt IS NOT NULL AND NEW.sealed_salt IS DISTINCT FROM OLD.sealed_salt)
     OR (OLD.salt IS NOT NULL AND NEW.salt IS DISTINCT FROM OLD.salt)
     OR (OLD.opened_at IS NOT NULL AND NEW.opened_at IS DISTINCT FROM OLD.opened_at) THEN
    RAISE EXCEPTION 'what was written of a box stays' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER bids_box_once BEFORE UPDATE ON bids_box FOR EACH ROW EXECUTE FUNCTION bids_box_once();
"""
REVERSE = """
DROP TRIGGER bids_box_once ON bids_box;
DROP FUNCTION bids_box_once();
GRANT UPDATE, DELETE ON bids_box TO pazar_app;
"""


class Migration(migrations.Migration):
    dependencies = [("bids", "0003_salt_of_the_box")]
    operations = [migrations.RunSQL(SQL, REVERSE)]
