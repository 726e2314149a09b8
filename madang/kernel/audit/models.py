"""The log of what was done, by whom, to what: append-only, held so by the database itself."""

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models.functions import Now


class Record(models.Model):
    """One act on record. Persons and institutions are plain keys: the log outlives every row that it speaks of."""

    at = models.DateTimeField(db_default=Now(), editable=False)
    action = models.CharField(max_length=80)
    actor_id = models.BigIntegerField(null=True)
    institution_id = models.BigIntegerField(null=True)
    subject = models.CharField(max_length=80)
    details = models.JSONField(encoder=DjangoJSONEncoder, default=dict)
    request = models.CharField(max_length=32)

    class Meta:
        indexes = [
            models.Index(fields=["subject", "id"], name="audit_by_subject"),
            models.Index(fields=["actor_id", "id"], name="audit_by_actor"),
        ]

    def __str__(self) -> str:
        return f"{self.action} {self.subject}"
