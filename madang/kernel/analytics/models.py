"""What was learned and what was counted."""

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _


class Learned(models.Model):
    """A model as it was trained: every version is kept, the newest is in use."""

    name = models.CharField(_("name"), max_length=60)
    body = models.BinaryField()
    examples = models.PositiveIntegerField(_("examples"))
    report = models.JSONField(_("report"), default=dict)
    at = models.DateTimeField(_("trained"), db_default=Now(), editable=False)

    class Meta:
        verbose_name = _("trained model")
        verbose_name_plural = _("trained models")
        indexes = [models.Index(fields=["name", "-id"], name="learned_newest")]

    def __str__(self) -> str:
        return f"{self.name} · {self.at:%Y-%m-%d %H:%M}"


class Counters(models.Model):
    """Counts of what happened to cases, by day (or month: its first day), institution, procedure, topic and division.

    They outlive what they count and repeat it only in sum, so they hold plain keys, not references.
    """

    day = models.DateField()
    institution = models.BigIntegerField()
    procedure = models.CharField(max_length=80)
    topic = models.CharField(max_length=60)
    division = models.CharField(max_length=10)
    received = models.IntegerField(default=0)
    transferred_in = models.IntegerField(default=0)
    transferred_out = models.IntegerField(default=0)
    closed = models.IntegerField(default=0)
    on_time = models.IntegerField(default=0)
    late = models.IntegerField(default=0)
    days_sum = models.BigIntegerField(default=0, help_text="Hundredths of days.")
    rated = models.IntegerField(default=0)
    score_sum = models.IntegerField(default=0)
    satisfied = models.IntegerField(default=0)
    dissatisfied = models.IntegerField(default=0)
    follow_ups = models.IntegerField(default=0)
    withdrawn = models.IntegerField(default=0)
    extended = models.IntegerField(default=0)
    supplements = models.IntegerField(default=0)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.day} · {self.institution} · {self.procedure} · {self.topic} · {self.division}"


class Tally(Counters):
    """What one event added. Only ever inserted, so nobody who tells waits for another; soon put to the counters."""

    class Meta:
        verbose_name = _("tally")
        verbose_name_plural = _("tallies")


class Count(Counters):
    """A counter, at one of the levels of detail of `rules.LEVELS`; what its level does not keep apart is 0 or empty."""

    level = models.PositiveSmallIntegerField()

    class Meta:
        verbose_name = _("counter")
        verbose_name_plural = _("counters")
        constraints = [
            models.UniqueConstraint(
                fields=["level", "institution", "topic", "division", "procedure", "day"], name="one_counter_a_key"
            )
        ]
        indexes = [models.Index(fields=["level", "day"], name="counter_by_day")]


class Figure(Counters):
    """Counters and tallies (level 0) together, as one view: what is told counts at once."""

    level = models.PositiveSmallIntegerField()

    class Meta:
        managed = False
        db_table = "analytics_figure"
