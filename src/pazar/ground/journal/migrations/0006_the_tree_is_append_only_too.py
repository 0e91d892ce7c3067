"""Every entry waits for its place from the moment it is written; the tree is append-only; a payload goes with a trace."""

from django.db import migrations

SQL = """
REVOKE UPDATE, DELETE, TRUNCATE ON journal_node, journal_head, journal_stamp, journal_stamptry, journal_erasure
    FROM pazar_app;
REVOKE INSERT, UPDATE, TRUNCATE ON journal_waiting FROM pazar_app;

-- By a trigger: nobody can append an entry and keep it from the sequencer.
CREATE FUNCTION journal_let_wait() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    INSERT INTO journal_waiting (entry_id) VALUES (NEW.id);
    RETURN NULL;
END $$;
CREATE TRIGGER journal_entry_waits AFTER INSERT ON journal_entry
    FOR EACH ROW EXECUTE FUNCTION journal_let_wait();

-- The one way for the app to take a payload away: after the erasure is on record.
CREATE FUNCTION journal_erase(erased bigint) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM journal_erasure WHERE entry_id = erased) THEN
        RAISE EXCEPTION 'an erasure is recorded before it is done';
    END IF;
    DELETE FROM journal_payload WHERE entry_id = erased;
END $$;

INSERT INTO journal_waiting (entry_id)
    SELECT e.id FROM journal_entry e LEFT JOIN journal_position p ON p.entry_id = e.id WHERE p.entry_id IS NULL;
"""
REVERSE = """
DROP FUNCTION journal_erase(bigint);
DROP TRIGGER journal_entry_waits ON journal_entry;
DROP FUNCTION journal_let_wait();
DELETE FROM journal_waiting;
"""


class Migration(migrations.Migration):
    dependencies = [("journal", "0005_grow_a_tree")]
    operations = [migrations.RunSQL(SQL, REVERSE)]
