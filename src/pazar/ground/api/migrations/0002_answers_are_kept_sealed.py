"""An answer may repeat a draft's price: it is kept under the centre's key, which is not in the database."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("api", "0001_initial")]

    operations = [
        migrations.RemoveField(model_name="givenanswer", name="body"),
        migrations.AddField(model_name="givenanswer", name="sealed_body", field=models.BinaryField(null=True)),
        migrations.AddIndex(
            model_name="givenanswer", index=models.Index(fields=["made_at"], name="api_given_answer_age")
        ),
        migrations.AddIndex(
            model_name="token", index=models.Index(fields=["person", "-created_at"], name="api_token_list")
        ),
    ]
