"""What petitions know beyond a case: where the router would send it."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from madang.kernel.cases.models import Case
from madang.kernel.institutions.models import Department, Institution


class Suggestion(models.Model):
    """One of the three likeliest places for a petition, as the router saw it when the petition was filed."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="suggestions")
    rank = models.PositiveSmallIntegerField()
    institution = models.ForeignKey(Institution, on_delete=models.CASCADE, related_name="+")
    department = models.ForeignKey(Department, on_delete=models.CASCADE, null=True, related_name="+")
    confidence = models.FloatField(help_text="0 to 1.")

    class Meta:
        verbose_name = _("suggestion")
        verbose_name_plural = _("suggestions")
        ordering = ["rank"]
        constraints = [models.UniqueConstraint(fields=["case", "rank"], name="one_suggestion_a_rank")]

    def __str__(self) -> str:
        return f"{self.rank}. {self.institution} ({self.confidence:.0%})"
