"""What an event says lies sealed; the column is the same. Earlier rows stay as they are."""

from django.db import migrations

from pazar.ground.sealing import SealedJSONField


class Migration(migrations.Migration):
    dependencies = [("outbox", "0003_not_for_readers")]
    operations = [migrations.AlterField("event", "content", SealedJSONField())]
