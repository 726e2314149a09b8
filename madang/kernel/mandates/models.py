"""A mandate: who acts for whom, in what, how far and until when; who proposed, accepted, confirmed and ended it."""

from datetime import date

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from madang.kernel.common import moment
from madang.kernel.common.parameters import parameter
from madang.kernel.identity.models import Company, Person
from madang.kernel.institutions.models import Institution

from . import rules


class Mandate(models.Model):
    """Lets an agent act for a principal, a person or a company. Nothing holds before both sides have agreed.

    Until then the side that was asked may be unknown: `invited` is the e-mail at which it was asked, `stated` what was
    said of a child without an account or of a company, for an officer to compare with papers.
    """

    class Kind(models.TextChoices):
        POWER = "power_of_attorney", _("power of attorney")
        CHILD = "child", _("parent or guardian")
        COMPANY = "company", _("company")
        AGENT = "agent", _("administrative agent")

    class Post(models.TextChoices):
        REPRESENTATIVE = "representative", _("representative")
        EMPLOYEE = "employee", _("employee")

    class May(models.TextChoices):
        FILE = "file", _("file, and follow what was filed under it")
        ALL = "all", _("file, and follow every case")
        READ = "read", _("read every case, and do nothing")

    number = models.CharField(max_length=32, unique=True)
    kind = models.CharField(_("kind"), max_length=20, choices=Kind)
    post = models.CharField(_("post"), max_length=20, choices=Post, blank=True)
    principal = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="mandates_given")
    company = models.ForeignKey(Company, on_delete=models.PROTECT, null=True, related_name="mandates")
    agent = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="mandates_held")
    invited = models.CharField(max_length=254, blank=True)
    stated = models.JSONField(default=dict)
    licence = models.CharField(_("registration number of the administrative agent"), max_length=40, blank=True)
    scope = ArrayField(models.CharField(max_length=80), default=list, help_text="Services and procedures; empty: all.")
    may = models.CharField(max_length=10, choices=May, default=May.FILE)
    since = models.DateField(_("from"))
    until = models.DateField(_("until"), null=True, help_text="The last day.")
    proposed_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="mandates_proposed")
    proposed_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)
    confirmed_by = models.ForeignKey(Person, on_delete=models.PROTECT, db_index=False, null=True, related_name="+")
    confirmed_at = models.ForeignKey(Institution, on_delete=models.PROTECT, db_index=False, null=True, related_name="+")
    refused_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(Person, on_delete=models.PROTECT, db_index=False, null=True, related_name="+")

    class Meta:
        verbose_name = _("mandate")
        verbose_name_plural = _("mandates")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(condition=Q(until=None) | Q(until__gte=F("since")), name="mandate_term_in_order"),
            models.CheckConstraint(
                condition=~Q(kind__in=("power_of_attorney", "agent")) | Q(until__isnull=False),
                name="mandate_has_an_end",
            ),
            models.CheckConstraint(condition=~Q(principal=F("agent")), name="nobody_is_their_own_agent"),
            models.CheckConstraint(condition=Q(principal=None) | Q(company=None), name="mandate_of_one_principal"),
            models.CheckConstraint(
                condition=Q(accepted_at=None)
                | Q(refused_at=None, agent__isnull=False) & (Q(principal__isnull=False) | Q(company__isnull=False)),
                name="mandate_of_two_sides",
            ),
        ]

    def __str__(self) -> str:
        return self.number

    def state(self, today: date | None = None) -> str:
        """In which of `rules.STATES` it is, today or on another day."""
        today = today or timezone.localdate(moment.now())
        return rules.state(
            proposed=timezone.localdate(self.proposed_at),
            answer_days=parameter("mandates.answer_days", today),
            accepted=self.accepted_at is not None,
            refused=self.refused_at is not None,
            ended=self.ended_at is not None,
            since=self.since,
            until=self.until,
            today=today,
        )

    @property
    def holds(self) -> bool:
        """Whether its agent may act under it now."""
        return self.state() == "holds"

    @property
    def by_agent(self) -> bool:
        """Whether the side that acts has proposed it, and the side acted for, or an officer, has to agree."""
        return self.proposed_by_id == self.agent_id

    @property
    def asks_officer(self) -> bool:
        """Whether an officer confirms it from papers, because the other side has no account to accept it with."""
        return self.by_agent and not self.invited

    @property
    def invitee_id(self) -> int | None:
        """The person who was asked to accept it; None while nobody has an account with that e-mail."""
        return self.principal_id if self.by_agent else self.agent_id

    @property
    def for_whom(self) -> str:
        """Who is acted for. Who was asked by e-mail is not named before they agreed: a name would tell whose it is."""
        if self.company_id or (self.principal_id and (self.accepted_at or not self.by_agent)):
            return str(self.company or self.principal)
        return str(self.stated.get("name") or self.invited)

    @property
    def who_acts(self) -> str:
        """Who acts, with the same reserve."""
        return str(self.agent) if self.agent_id and (self.accepted_at or self.by_agent) else self.invited

    @property
    def stands_as(self) -> str:
        """As what its agent stands to a case: see `rules.stands_as`."""
        return rules.stands_as(self.kind, self.post, self.may)
