"""The outbox: what happened, waiting to be told; and what could not be told yet."""

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models.functions import Now


class Event(models.Model):
    """One thing that happened, written in the transaction in which it happened."""

    id = models.UUIDField(primary_key=True)
    at = models.DateTimeField(db_default=Now(), editable=False)
    name = models.CharField(max_length=80)
    payload = models.JSONField(encoder=DjangoJSONEncoder)
    told = models.BooleanField(default=False)

    class Meta:
        indexes = [models.Index(fields=["id"], name="event_untold", condition=models.Q(told=False))]

    def __str__(self) -> str:
        return f"{self.name} {self.id}"


class Failure(models.Model):
    """A handler that failed on an event: tried again later and later, and in plain sight of the operators meanwhile."""

    event = models.ForeignKey(Event, on_delete=models.CASCADE)
    handler = models.CharField(max_length=120)
    attempts = models.PositiveIntegerField(default=1)
    error = models.TextField()
    next_at = models.DateTimeField(null=True, help_text="When it is tried again; empty: given up, an operator decides.")
    at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["event", "handler"], name="one_failure_a_handler")]
        indexes = [models.Index(fields=["next_at"], name="failure_due")]

    def __str__(self) -> str:
        return f"{self.handler} × {self.attempts}"


class Receipt(models.Model):
    """The answer already given to a request that carried an idempotency key: the same request gets the same answer."""

    person_id = models.BigIntegerField()
    key = models.CharField(max_length=200)
    fingerprint = models.CharField(max_length=64, help_text="SHA-256 of method, path and body.")
    body = models.JSONField(encoder=DjangoJSONEncoder)
    at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person_id", "key"], name="one_receipt_a_key")]
        indexes = [models.Index(fields=["at"], name="receipt_by_age")]

    def __str__(self) -> str:
        return self.key
