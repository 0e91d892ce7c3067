"""What a message says lies under one seal instead of five: a fan-out seals, stores and reads a fifth as often."""

from typing import Any

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

from pazar.ground.sealing import SealedBinaryJSONField

SAID = ("company", "kind", "title", "text", "path")
BATCH = 1_000


def gather(apps: StateApps, _editor: BaseDatabaseSchemaEditor) -> None:
    Message: Any = apps.get_model("pazar_messages", "Message")
    while rows := list(Message.objects.filter(content__isnull=True).order_by("id")[:BATCH]):
        for row in rows:
            row.content = {name: getattr(row, name) for name in SAID}
        Message.objects.bulk_update(rows, ["content"])


class Migration(migrations.Migration):
    dependencies = [("pazar_messages", "0007_secret_addresses_of_feeds")]
    operations = [
        migrations.AddField("message", "content", SealedBinaryJSONField(null=True)),
        migrations.RunPython(gather, migrations.RunPython.noop),
        migrations.AlterField("message", "content", SealedBinaryJSONField()),
        *(migrations.RemoveField("message", name) for name in SAID),
    ]
