"""Why an opportunity fits, kept as codes and words of the interest: each reader gets it in his language."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("channels", "0003_grounds_and_givers")]
    operations = [
        migrations.AddField(model_name="opportunity", name="why", field=models.JSONField(default=dict)),
    ]
