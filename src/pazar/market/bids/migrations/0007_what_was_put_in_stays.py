"""Whose bid it is never changes; once its box is shut, neither does what of it lies in there.

Commands lock and refuse in words; this is for what comes without them: a mistake, or somebody's SQL as the app.
"""

from django.db import migrations

COLUMNS = "state, draft, draft_manifest, draft_saved_at, confirmed_version, current_id, withdrawn_at"
SQL = f"""
REVOKE UPDATE, DELETE, TRUNCATE ON bids_bid FROM pazar_app;
GRANT UPDATE ({COLUMNS}) ON bids_bid TO pazar_app;

CREATE FUNCTION bids_bid_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (NEW.state, NEW.current_id, NEW.withdrawn_at) IS DISTINCT FROM (OLD.state, OLD.current_id, OLD.withdrawn_at)
     AND EXISTS (SELECT 1 FROM bids_box b WHERE b.procedure_id = OLD.procedure_id AND b.closed_at IS NOT NULL) THEN
    RAISE EXCEPTION 'the box is shut' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER bids_bid_stays BEFORE UPDATE ON bids_bid FOR EACH ROW EXECUTE FUNCTION bids_bid_stays();
"""  # noqa: S608  # the only variable part stands above
REVERSE = """
DROP TRIGGER bids_bid_stays ON bids_bid;
DROP FUNCTION bids_bid_stays();
GRANT UPDATE, DELETE ON bids_bid TO pazar_app;
"""


class Migration(migrations.Migration):
    dependencies = [("bids", "0006_not_for_readers")]
    operations = [migrations.RunSQL(SQL, REVERSE)]
