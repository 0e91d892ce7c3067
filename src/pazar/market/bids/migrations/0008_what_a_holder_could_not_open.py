"""A holder who can't open a share answers twice, and what he answered stands by the envelope it is about."""

from django.db import migrations, models

SQL = """
CREATE OR REPLACE FUNCTION bids_submission_in_time() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE closes timestamptz; standing text;
BEGIN
  SELECT p.closes_at, p.state INTO closes, standing
  FROM procedures_procedure p JOIN bids_bid b ON b.procedure_id = p.id WHERE b.id = NEW.bid_id;
  IF standing IS DISTINCT FROM 'published' OR NEW.received_at >= closes THEN
    RAISE EXCEPTION 'the box is closed' USING ERRCODE = 'check_violation';
  END IF;
  -- Who puts in names the moment, taken after the locks; a late bid mustn't be dated back into time.
  IF NEW.received_at NOT BETWEEN pazar_now() - interval '2 minutes' AND pazar_now() THEN
    RAISE EXCEPTION 'a bid is dated by its receipt' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
"""
REVERSE = """
CREATE OR REPLACE FUNCTION bids_submission_in_time() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE closes timestamptz; standing text;
BEGIN
  SELECT p.closes_at, p.state INTO closes, standing
  FROM procedures_procedure p JOIN bids_bid b ON b.procedure_id = p.id WHERE b.id = NEW.bid_id;
  IF standing IS DISTINCT FROM 'published' OR NEW.received_at >= closes THEN
    RAISE EXCEPTION 'the box is closed' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("bids", "0007_what_was_put_in_stays")]
    operations = [
        migrations.AddField("releasedshare", "attempt", models.PositiveSmallIntegerField(default=1, db_default=1)),
        migrations.RemoveConstraint("releasedshare", "bids_share_once"),
        migrations.AddConstraint(
            "releasedshare",
            models.UniqueConstraint(fields=["envelope", "holder", "attempt"], name="bids_share_once_an_attempt"),
        ),
        migrations.AddField("openedenvelope", "not_opened_by", models.JSONField(default=list, db_default=[])),
        migrations.RunSQL(SQL, REVERSE),
    ]
