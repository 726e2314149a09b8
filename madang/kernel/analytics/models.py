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
