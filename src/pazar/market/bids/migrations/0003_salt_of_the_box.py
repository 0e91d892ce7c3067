"""The box's digest has a salt: sealed from the deadline, published at the opening."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("bids", "0002_sealed_rows")]
    operations = [
        migrations.AddField("box", "sealed_salt", models.BinaryField(null=True)),
        migrations.AddField("box", "salt", models.BinaryField(null=True)),
    ]
