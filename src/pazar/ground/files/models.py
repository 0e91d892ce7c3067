"""Stored files: their content lies outside the database, named by its digest."""

from django.db import models

from pazar.ground.ids import new_id


class StoredFile(models.Model):
    """A file as it was taken in; never changed. `owner` is the company whose scope it is reached through."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    owner = models.ForeignKey("identity.Company", on_delete=models.PROTECT, null=True, related_name="+")
    name = models.TextField()
    media_type = models.TextField()  # told by content
    size = models.BigIntegerField()
    digest = models.BinaryField()  # SHA-256
    path = models.TextField()
    stored_by = models.ForeignKey("identity.Person", on_delete=models.PROTECT, null=True, related_name="+")
    stored_at = models.DateTimeField()
