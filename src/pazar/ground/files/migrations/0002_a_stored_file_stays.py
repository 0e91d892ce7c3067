"""What a stored file is called, holds and weighs is never changed; published versions name it by its digest."""

from django.db import migrations

SQL = "REVOKE UPDATE, TRUNCATE ON files_storedfile FROM pazar_app;"
REVERSE = "GRANT UPDATE ON files_storedfile TO pazar_app;"


class Migration(migrations.Migration):
    dependencies = [("files", "0001_initial")]
    operations = [migrations.RunSQL(SQL, REVERSE)]
