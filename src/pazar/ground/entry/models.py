"""Links of one use, kept as digests: whoever reads the table can't use one."""

from django.db import models

from pazar.ground.ids import new_id


class PasswordLink(models.Model):
    """A link by which a person sets his password; `used_at` also marks one that a newer link or act made void."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    person = models.ForeignKey("identity.Person", on_delete=models.CASCADE, related_name="+")
    digest = models.BinaryField(unique=True)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["person"], condition=models.Q(used_at=None), name="entry_living_links"),
            models.Index(fields=["expires_at"], name="entry_links_by_end"),
        ]
