"""The versions of procedures that were published, and forms that people have begun."""

import json
from collections.abc import Callable
from functools import cached_property
from typing import Any

from django.db import models
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from madang.kernel.common.fields import SealedJSON
from madang.kernel.identity.models import Person

from .rules import Procedure
from .rules.secrets import mask, turn_secrets


def seal_answers(row: models.Model, definition: Procedure, answers: dict[str, Any]) -> dict[str, Any]:
    """Answers as the column `data` of a row keeps them: secret ones encrypted, for this row alone."""
    if not definition.has_secrets:
        return answers
    data: Any = row._meta.get_field("data")
    return turn_secrets(definition.form, answers, lambda path, value: data.seal(row, path, json.dumps(value)))


def open_answers(
    row: models.Model, definition: Procedure | None = None, shows: Callable[[str], bool] = lambda path: True
) -> dict[str, Any]:
    """The answers in a row's column `data`: of the secret ones those that are to be shown, masks in place of the others."""

    def turn(path: str, text: str) -> Any:
        value = json.loads(text)
        return value if shows(path) or definition is None else mask(definition.form, path, value)

    data: Any = row._meta.get_field("data")
    return data.turned(row, turn)


class Version(models.Model):
    """A procedure as it was published. The database refuses to change or delete it; a case keeps its own."""

    procedure = models.CharField(_("procedure"), max_length=80)
    number = models.PositiveIntegerField(_("version"))
    digest = models.CharField(_("fingerprint"), max_length=64)
    body = models.JSONField()
    published_at = models.DateTimeField(_("published at"), db_default=Now(), editable=False)
    published_by = models.ForeignKey(
        Person,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("published by"),
        help_text=_("Empty: loaded with the software."),
    )

    class Meta:
        verbose_name = _("version of a procedure")
        verbose_name_plural = _("versions of procedures")
        constraints = [models.UniqueConstraint(fields=["procedure", "number"], name="one_version_a_number")]

    def __str__(self) -> str:
        return f"{self.procedure} {self.number}"

    @cached_property
    def definition(self) -> Procedure:
        """The procedure itself."""
        return Procedure.from_body(self.body)


class DraftQuerySet(models.QuerySet["Draft"]):
    """Words for drafts."""

    def visible_to(self, person: Person | None) -> "DraftQuerySet":
        """A draft is seen by the person who writes it and by nobody else."""
        return self.filter(person=person) if person is not None else self.none()


class Draft(models.Model):
    """A form that a person has begun and will finish later; one for each procedure."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="drafts")
    procedure = models.CharField(max_length=80)
    version = models.ForeignKey(Version, on_delete=models.PROTECT, related_name="+")
    data = SealedJSON(default=dict, bound_to=("person_id", "procedure"))
    page = models.PositiveSmallIntegerField(default=0, help_text="The page to go on with, from 0.")
    updated_at = models.DateTimeField(default=timezone.now)

    objects = DraftQuerySet.as_manager()

    class Meta:
        verbose_name = _("draft")
        verbose_name_plural = _("drafts")
        constraints = [models.UniqueConstraint(fields=["person", "procedure"], name="one_draft_a_procedure")]
        indexes = [models.Index(fields=["updated_at"], name="draft_by_age")]

    def __str__(self) -> str:
        return f"{self.procedure} · {self.person_id}"

    @property
    def answers(self) -> dict[str, Any]:
        """The answers so far, for the person who writes them: secret ones are opened."""
        return open_answers(self)
