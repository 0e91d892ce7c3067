"""A transaction that writes procedures and lots by thousands may hold their listing back, and ask for it once."""

from django.db import migrations

CHANGED = """
CREATE OR REPLACE FUNCTION procedures_list_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  {held}
  IF TG_TABLE_NAME = 'procedures_lot' THEN
    PERFORM procedures_list_again(ARRAY(SELECT DISTINCT procedure_id FROM changed));
  ELSE
    PERFORM procedures_list_again(ARRAY(SELECT id FROM changed));
  END IF;
  RETURN NULL;
END $$;
"""
HELD = "IF current_setting('pazar.listing', true) = 'held' THEN RETURN NULL; END IF;"


class Migration(migrations.Migration):
    dependencies = [("procedures", "0008_a_slim_table_for_lists")]
    operations = [migrations.RunSQL(CHANGED.replace("{held}", HELD), CHANGED.replace("{held}", ""))]
