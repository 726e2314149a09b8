"""The log of what was done, by whom, to what: append-only, held so by the database itself."""

from typing import Any

from django.contrib.postgres.fields import ArrayField
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


class Seal(models.Model):
    """A batch of records, sealed: none of them can be changed, taken out or added to without breaking it.

    `leaves` are the hashes of the records one after the other, 32 bytes each, by which a changed one is named; `previous`
    is the head of the seal before, zeros for the first. Signed is what `statement` says.
    """

    number = models.PositiveBigIntegerField(primary_key=True)
    at = models.DateTimeField()
    records = ArrayField(models.BigIntegerField())
    leaves = models.BinaryField()
    root = models.BinaryField()
    previous = models.BinaryField()
    key = models.CharField(max_length=16)
    signature = models.BinaryField()

    def __str__(self) -> str:
        return f"Seal {self.number}"

    @property
    def last(self) -> int:
        """The newest record under this seal; 0 where somebody emptied it."""
        return self.records[-1] if self.records else 0

    @property
    def statement(self) -> dict[str, Any]:
        """What the signature stands for."""
        return {
            "at": self.at,
            "count": len(self.records),
            "first": self.records[0] if self.records else None,
            "key": self.key,
            "last": self.last,
            "number": self.number,
            "previous": bytes(self.previous),
            "root": bytes(self.root),
        }
