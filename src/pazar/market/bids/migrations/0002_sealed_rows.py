"""Row security on bids, append-only rights, and the deadline as the database itself sees it.

A bid is its company's own; its buyer sees it once the box is open. What hangs on a bid is seen with it.
The trigger is the last guard, not the first: the command refuses a late bid in words.
"""

from django.db import migrations

HANGING = {
    "bids_submission": "EXISTS (SELECT 1 FROM bids_bid b WHERE b.id = bid_id)",
    "bids_envelope": "EXISTS (SELECT 1 FROM bids_submission s WHERE s.id = submission_id)",
    "bids_releasedshare": "EXISTS (SELECT 1 FROM bids_envelope e WHERE e.id = envelope_id)",
    "bids_openedenvelope": "EXISTS (SELECT 1 FROM bids_envelope e WHERE e.id = envelope_id)",
}
OWN = """
  current_setting('pazar.centre', true) = 'on'
  OR company_id::text = current_setting('pazar.company', true)
  OR (buyer_id::text = current_setting('pazar.company', true)
      AND EXISTS (SELECT 1 FROM bids_box x WHERE x.procedure_id = bids_bid.procedure_id AND x.opened_at IS NOT NULL))
"""


def _secured(table: str, using: str) -> str:
    return (
        f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY; ALTER TABLE {table} FORCE ROW LEVEL SECURITY;"
        f"CREATE POLICY {table}_own ON {table} USING ({using});"
    )


def _opened(table: str) -> str:
    return (
        f"DROP POLICY {table}_own ON {table}; ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY;"
        f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY;"
    )


DEADLINE = """
CREATE FUNCTION bids_submission_in_time() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE closes timestamptz; standing text;
BEGIN
  SELECT p.closes_at, p.state INTO closes, standing
  FROM procedures_procedure p JOIN bids_bid b ON b.procedure_id = p.id WHERE b.id = NEW.bid_id;
  IF standing IS DISTINCT FROM 'published' OR NEW.received_at >= closes THEN
    RAISE EXCEPTION 'the box is closed' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER bids_submission_in_time BEFORE INSERT ON bids_submission
  FOR EACH ROW EXECUTE FUNCTION bids_submission_in_time();
"""

SQL = (
    _secured("bids_bid", OWN)
    + "".join(_secured(t, u) for t, u in HANGING.items())
    + "".join(f"REVOKE UPDATE, DELETE, TRUNCATE ON {t} FROM pazar_app;" for t in HANGING)
    + DEADLINE
)
REVERSE = (
    "DROP TRIGGER bids_submission_in_time ON bids_submission; DROP FUNCTION bids_submission_in_time();"
    + "".join(f"GRANT UPDATE, DELETE ON {t} TO pazar_app;" for t in HANGING)
    + "".join(_opened(t) for t in reversed(list(HANGING)))
    + _opened("bids_bid")
)


class Migration(migrations.Migration):
    dependencies = [("bids", "0001_initial")]
    operations = [migrations.RunSQL(SQL, REVERSE)]
