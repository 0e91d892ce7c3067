"""Saved searches."""

from django.db import models

from pazar.ground.ids import new_id


class SavedSearch(models.Model):
    """A list as a person narrowed it. `seen_id` and `seen_at` say when he last looked."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    person = models.ForeignKey("identity.Person", on_delete=models.CASCADE, related_name="+")
    kind = models.TextField()
    name = models.TextField()
    query = models.TextField(blank=True)
    seen_id = models.UUIDField()
    seen_at = models.DateTimeField()
    made_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "kind", "query"], name="searches_saved_once")]
        indexes = [models.Index(fields=["person", "name", "id"], name="searches_of_person")]

    def __str__(self) -> str:
        return self.name
