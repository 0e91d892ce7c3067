"""Every change of an interest gets a number and a line in the log, whoever makes it; the log is never altered."""

from django.db import migrations

COMPARED = (
    "cpv, regions, lemmas_any, lemmas_none, value_min, value_max, kinds, regimes, buyers_none, with_outside, "
    "is_active, company_id"
)


def _of(row: str) -> str:
    return ", ".join(f"{row}.{name.strip()}" for name in COMPARED.split(","))


SQL = f"""
-- The index knows interests by 32 bits.
CREATE SEQUENCE matching_interest_number MAXVALUE 4294967295 NO CYCLE OWNED BY matching_interestchange.number;

CREATE FUNCTION matching_log_interest() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' AND OLD.number IS NOT NULL AND ({_of("OLD")}) IS NOT DISTINCT FROM ({_of("NEW")}) THEN
    NEW.number := OLD.number;
    RETURN NEW;
  END IF;
  NEW.number := nextval('matching_interest_number');
  INSERT INTO matching_interestchange (number, replaces, interest_id, txid)
  VALUES (NEW.number, CASE WHEN TG_OP = 'UPDATE' THEN OLD.number END, NEW.id, pg_current_xact_id()::text::bigint);
  PERFORM pg_notify('pazar_matching', '');
  RETURN NEW;
END $$;

CREATE FUNCTION matching_log_removed_interest() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO matching_interestchange (number, replaces, interest_id, txid)
  VALUES (nextval('matching_interest_number'), OLD.number, OLD.id, pg_current_xact_id()::text::bigint);
  PERFORM pg_notify('pazar_matching', '');
  RETURN NULL;
END $$;

CREATE TRIGGER matching_interest_logged BEFORE INSERT OR UPDATE ON matching_interest
  FOR EACH ROW EXECUTE FUNCTION matching_log_interest();
CREATE TRIGGER matching_interest_removal_logged AFTER DELETE ON matching_interest
  FOR EACH ROW EXECUTE FUNCTION matching_log_removed_interest();

CREATE FUNCTION matching_wake() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_notify('pazar_matching', '');
  RETURN NULL;
END $$;
CREATE TRIGGER matching_request_wakes AFTER INSERT ON matching_matchrequest
  FOR EACH STATEMENT EXECUTE FUNCTION matching_wake();

REVOKE UPDATE, DELETE, TRUNCATE ON matching_interestchange FROM pazar_app;

-- Interests of before get their numbers.
UPDATE matching_interest SET number = NULL;
"""  # noqa: S608 - constants of this file
REVERSE = """
DROP TRIGGER matching_request_wakes ON matching_matchrequest;
DROP TRIGGER matching_interest_removal_logged ON matching_interest;
DROP TRIGGER matching_interest_logged ON matching_interest;
DROP FUNCTION matching_wake();
DROP FUNCTION matching_log_removed_interest();
DROP FUNCTION matching_log_interest();
DROP SEQUENCE matching_interest_number;
GRANT UPDATE, DELETE ON matching_interestchange TO pazar_app;
"""


class Migration(migrations.Migration):
    dependencies = [("matching", "0002_numbers_log_and_requests")]
    operations = [migrations.RunSQL(SQL, REVERSE)]
