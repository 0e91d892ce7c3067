"""Secret entries' payloads lie sealed; the columns are the same. Earlier rows stay as they are."""

from django.db import migrations

from pazar.ground.sealing import SealableBinaryField


class Migration(migrations.Migration):
    dependencies = [("journal", "0003_payloads_are_not_for_readers")]
    operations = [
        migrations.AlterField("payload", "salt", SealableBinaryField()),
        migrations.AlterField("payload", "content", SealableBinaryField()),
    ]
