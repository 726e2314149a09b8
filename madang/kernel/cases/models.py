"""A case and the facts of its life. Each fact is a row with a time and a person; none is overwritten by another."""

from collections.abc import Callable
from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from madang.kernel.common import moment
from madang.kernel.common.fields import SealedJSON
from madang.kernel.common.privacy import mask
from madang.kernel.identity.models import Company, Person
from madang.kernel.institutions.models import Department, Institution
from madang.kernel.mandates.models import Mandate
from madang.kernel.procedures.models import Version, open_answers
from madang.kernel.procedures.queries import definition

from .rules import DISSATISFIED, texts_of


class Case(models.Model):
    """One run of a procedure: what somebody asked for, where it lies, and how far it is.

    The indexes serve the lists of `queries`; foreign keys have none of their own, for each is paid at every filing.
    """

    class Channel(models.TextChoices):
        WEB = "web", _("web")
        API = "api", _("programs")
        DESK = "desk", _("desk")
        IMPORT = "import", _("taken over")

    id = models.BigIntegerField(primary_key=True)
    number = models.CharField(max_length=32)
    key = models.CharField(max_length=100, null=True, help_text="What makes a repeated filing the same filing.")
    procedure = models.CharField(max_length=80)
    version = models.ForeignKey(Version, on_delete=models.PROTECT, db_index=False)
    applicant = models.ForeignKey(Person, on_delete=models.PROTECT, db_index=False, null=True, related_name="cases")
    company = models.ForeignKey(
        Company, on_delete=models.PROTECT, db_index=False, null=True, related_name="cases",
        help_text="Whose case it is, where it is a company's; it has no other applicant.",
    )  # fmt: skip
    mandate = models.ForeignKey(
        Mandate, on_delete=models.PROTECT, db_index=False, null=True, related_name="cases",
        help_text="Under which somebody filed it for the applicant.",
    )  # fmt: skip
    channel = models.CharField(max_length=10, choices=Channel)
    language = models.CharField(max_length=10)
    is_public = models.BooleanField(default=False)
    title = models.CharField(max_length=200)
    data = SealedJSON(bound_to=("id",))
    topic = models.CharField(max_length=60, blank=True)
    division = models.CharField(max_length=10, blank=True, help_text="Code of the division the case is about.")
    lat = models.FloatField(null=True)
    lon = models.FloatField(null=True)
    institution = models.ForeignKey(Institution, on_delete=models.PROTECT, db_index=False, related_name="cases")
    department = models.ForeignKey(
        Department, on_delete=models.PROTECT, db_index=False, null=True, related_name="cases"
    )
    assignee = models.ForeignKey(
        Person, on_delete=models.PROTECT, db_index=False, null=True, related_name="assigned_cases"
    )
    stage = models.CharField(max_length=40)
    round = models.PositiveSmallIntegerField(default=1, help_text="1: the first answer; 2: the additional one.")
    received_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True, help_text="Empty while the clock is stopped, or where none runs.")
    closed_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("case")
        verbose_name_plural = _("cases")
        constraints = [
            models.UniqueConstraint(fields=["number"], name="one_case_a_number"),
            models.UniqueConstraint(fields=["key"], name="one_case_a_key"),
        ]
        indexes = [
            models.Index(fields=["closed_at"], name="case_closed", condition=Q(closed_at__isnull=False)),
            models.Index(fields=["applicant", "-received_at", "-id"], name="case_of_applicant"),
            models.Index(
                fields=["company", "-received_at", "-id"], name="case_of_company", condition=Q(company__isnull=False)
            ),
            models.Index(
                fields=["mandate", "-received_at", "-id"], name="case_of_mandate", condition=Q(mandate__isnull=False)
            ),
            models.Index(fields=["institution", "due_at", "id"], name="case_open_here", condition=Q(closed_at=None)),
            models.Index(
                fields=["institution", "received_at", "id"],
                name="case_new_here",
                condition=Q(closed_at=None, assignee=None),
            ),
            models.Index(fields=["assignee", "due_at", "id"], name="case_in_hand", condition=Q(closed_at=None)),
            models.Index(fields=["due_at"], name="case_due", condition=Q(closed_at=None)),
            models.Index(fields=["-received_at", "-id"], name="case_public", condition=Q(is_public=True)),
            models.Index(
                fields=["institution", "-received_at", "-id"], name="case_public_here", condition=Q(is_public=True)
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def definition(self):  # type: ignore[no-untyped-def]
        """The procedure as it was when the case was filed."""
        return definition(self.version_id)

    @property
    def whose(self) -> Company | Person | None:
        """The company or person whose case it is; None where it was taken over without one."""
        return self.company or self.applicant

    @property
    def is_open(self) -> bool:
        return self.closed_at is None

    @property
    def is_waiting(self) -> bool:
        """Whether the office waits for the applicant."""
        return self.is_open and self.due_at is None and bool(self.definition.deadline)

    def answers(self, shows: Callable[[str], bool] = lambda path: False) -> dict[str, Any]:
        """The filled form, its secret answers masked; whole those whose path is to be shown."""
        return open_answers(self, self.definition, shows)

    @property
    def text(self) -> str:
        """What the applicant wrote, all fields of running text together."""
        return "\n\n".join(texts_of(self.definition, self.data))

    @property
    def public_title(self) -> str:
        return mask(self.title)

    @property
    def public_text(self) -> str:
        return mask(self.text)


class Fact(models.Model):
    """What every fact has: its case, its moment, and who did it (empty: the system)."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="%(class)ss")
    at = models.DateTimeField(default=moment.now)
    by = models.ForeignKey(Person, on_delete=models.PROTECT, db_index=False, null=True, related_name="+")

    class Meta:
        abstract = True
        ordering = ["at", "id"]

    def __str__(self) -> str:
        return f"{type(self).__name__} {self.pk} · {self.case_id}"


class Entry(Fact):
    """One line of the timeline that applicant and officer share; internal lines are for officers only."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, db_index=False, related_name="entries")
    kind = models.CharField(max_length=40)
    institution = models.ForeignKey(Institution, on_delete=models.PROTECT, db_index=False, null=True, related_name="+")
    is_internal = models.BooleanField(default=False)
    data = models.JSONField(default=dict)

    class Meta(Fact.Meta):
        indexes = [models.Index(fields=["case", "at"], name="entry_of_case")]


class Clock(models.Model):
    """A legal period that runs over a case. It can be stopped and extended; its due moment is computed, never typed."""

    class Kind(models.TextChoices):
        HANDLING = "handling", _("answer")
        ADDITIONAL = "additional", _("additional answer")

    case = models.ForeignKey(Case, on_delete=models.CASCADE, db_index=False, related_name="clocks")
    kind = models.CharField(max_length=12, choices=Kind)
    institution = models.ForeignKey(Institution, on_delete=models.PROTECT, db_index=False, related_name="+")
    starts_at = models.DateTimeField()
    period = models.CharField(max_length=12)
    due_at = models.DateTimeField(null=True, help_text="Empty while stopped.")
    ended_at = models.DateTimeField(null=True)
    reminded_at = models.DateTimeField(null=True)
    dunned_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["starts_at", "id"]
        indexes = [
            models.Index(fields=["case"], name="clock_of_case"),
            models.Index(fields=["due_at"], name="clock_running", condition=Q(ended_at=None)),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.period} · {self.case_id}"


class Pause(models.Model):
    """A time that does not count: the clock was stopped."""

    clock = models.ForeignKey(Clock, on_delete=models.CASCADE, related_name="pauses")
    reason = models.CharField(max_length=40)
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)

    class Meta:
        ordering = ["since"]
        constraints = [
            models.CheckConstraint(condition=Q(until=None) | Q(until__gte=F("since")), name="pause_in_order"),
            models.UniqueConstraint(fields=["clock"], condition=Q(until=None), name="one_open_pause"),
        ]

    def __str__(self) -> str:
        return f"{self.since} – {self.until or ''}"


class Extension(Fact):
    """The deadline moved, once by right, a second time only if the applicant consents (Decree 21)."""

    clock = models.ForeignKey(Clock, on_delete=models.CASCADE, related_name="extensions")
    period = models.CharField(max_length=12)
    reason = models.TextField()
    needs_consent = models.BooleanField(default=False)
    consented_at = models.DateTimeField(null=True)
    refused_at = models.DateTimeField(null=True)

    @property
    def is_in_force(self) -> bool:
        return not self.needs_consent or self.consented_at is not None

    @property
    def is_pending(self) -> bool:
        return self.needs_consent and self.consented_at is None and self.refused_at is None


class Transfer(Fact):
    """The case went from one institution to another."""

    from_institution = models.ForeignKey(Institution, on_delete=models.PROTECT, related_name="transfers_out")
    to_institution = models.ForeignKey(Institution, on_delete=models.PROTECT, related_name="transfers_in")
    reason = models.TextField()
    due_at = models.DateTimeField(help_text="When it should have been passed on at the latest.")

    class Meta(Fact.Meta):
        indexes = [models.Index(fields=["from_institution", "case"], name="transfer_from")]

    @property
    def is_late(self) -> bool:
        return self.at > self.due_at


class Supplement(Fact):
    """A question to the applicant, and what came back."""

    question = models.TextField()
    answer_by = models.DateField()
    reply = models.TextField(blank=True)
    replied_at = models.DateTimeField(null=True)

    class Meta(Fact.Meta):
        constraints = [
            models.UniqueConstraint(fields=["case"], condition=Q(replied_at=None), name="one_open_supplement"),
        ]


class Result(Fact):
    """The answer of the office: drafted, approved where the institution wants it, sent."""

    round = models.PositiveSmallIntegerField()
    stage = models.CharField(max_length=40, help_text="The final stage that the result brings the case to.")
    text = models.TextField(blank=True)
    proposed_at = models.DateTimeField(null=True)
    approved_by = models.ForeignKey(Person, on_delete=models.PROTECT, db_index=False, null=True, related_name="+")
    institution = models.ForeignKey(Institution, on_delete=models.PROTECT, related_name="+")
    department = models.ForeignKey(Department, on_delete=models.PROTECT, null=True, related_name="+")
    sent_at = models.DateTimeField(null=True)

    class Meta(Fact.Meta):
        constraints = [models.UniqueConstraint(fields=["case", "round"], name="one_result_a_round")]

    @property
    def waits_for_approval(self) -> bool:
        return self.proposed_at is not None and self.sent_at is None


class Feedback(Fact):
    """How the applicant rates the result."""

    round = models.PositiveSmallIntegerField()
    score = models.PositiveSmallIntegerField()
    comment = models.TextField(blank=True)

    class Meta(Fact.Meta):
        constraints = [
            models.UniqueConstraint(fields=["case", "round"], name="one_rating_a_round"),
            models.CheckConstraint(condition=Q(score__range=(1, 5)), name="score_1_to_5"),
        ]

    @property
    def is_dissatisfied(self) -> bool:
        return self.score <= DISSATISFIED


class FollowUp(Fact):
    """The one additional question of a dissatisfied applicant."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="follow_ups")

    text = models.TextField()

    class Meta(Fact.Meta):
        constraints = [models.UniqueConstraint(fields=["case"], name="one_follow_up")]


class Note(Fact):
    """A remark among officers; the applicant never sees it."""

    text = models.TextField()


class Attachment(Fact):
    """A file that belongs to the case: the applicant's, or the office's with its answer."""

    file = models.ForeignKey("documents.File", on_delete=models.PROTECT)
    is_internal = models.BooleanField(default=False)
    result = models.ForeignKey(
        Result,
        on_delete=models.SET_NULL,
        null=True,
        related_name="files",
        help_text="The result it goes out with; until then it is internal.",
    )


class Unmasking(Fact):
    """An officer read a secret answer, and said why; whose case it is reads it among who looked at their data."""

    field = models.CharField(max_length=40)
    reason = models.TextField()


class Hold(Fact):
    """The case is not destroyed, however long ago it was closed, until somebody lifts this."""

    reason = models.TextField()
    lifted_at = models.DateTimeField(null=True)
    lifted_by = models.ForeignKey(Person, on_delete=models.PROTECT, db_index=False, null=True, related_name="+")

    class Meta(Fact.Meta):
        constraints = [models.UniqueConstraint(fields=["case"], condition=Q(lifted_at=None), name="one_hold")]


class Destruction(models.Model):
    """What was destroyed on a day of the cases of one procedure, because it had been kept for as long as that says."""

    day = models.DateField()
    procedure = models.CharField(max_length=80)
    closed_before = models.DateField()
    cases = models.PositiveIntegerField(default=0)
    files = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["-day", "procedure"]
        constraints = [
            models.UniqueConstraint(fields=["day", "procedure", "closed_before"], name="one_destruction_a_day")
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.procedure}: {self.cases}"
