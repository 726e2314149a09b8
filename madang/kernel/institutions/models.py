"""The bodies that serve, the land they serve, and the people who hold posts in them."""

from datetime import time

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from madang.kernel.identity.models import Person


class Named(models.Model):
    """Something with a name in the country's language and, where there is one, in English."""

    name = models.CharField(_("name"), max_length=120)
    name_en = models.CharField(_("name in English"), max_length=160, blank=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        own_language = (get_language() or settings.LANGUAGE_CODE).startswith(settings.LANGUAGE_CODE)
        return self.name if own_language or not self.name_en else self.name_en


class Division(Named):
    """A province, district or town, with the code of the country's own table of divisions."""

    class Level(models.TextChoices):
        PROVINCE = "province", _("province")
        DISTRICT = "district", _("district")
        TOWN = "town", _("town")

    code = models.CharField(_("code"), max_length=10, unique=True)
    full_name = models.CharField(_("full name"), max_length=200)
    level = models.CharField(_("level"), max_length=10, choices=Level)
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="children")
    since = models.DateField(_("since"), null=True, blank=True)
    until = models.DateField(_("until"), null=True, blank=True)

    class Meta:
        verbose_name = _("division")
        verbose_name_plural = _("divisions")
        ordering = ["code"]


class Institution(Named):
    """A body that serves: ministry, province, city, agency, school, village."""

    code = models.SlugField(_("code"), max_length=40, unique=True)
    kind = models.CharField(_("kind"), max_length=40, db_index=True)
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="children")
    division = models.ForeignKey(
        Division, on_delete=models.PROTECT, null=True, blank=True, verbose_name=_("jurisdiction"),
        help_text=_("Empty: the whole country."),
    )  # fmt: skip
    competence = models.TextField(
        _("competence"), blank=True, help_text=_("What it answers for, in words that citizens use.")
    )
    phone = models.CharField(_("telephone"), max_length=30, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    homepage = models.URLField(_("homepage"), blank=True)
    opens = models.TimeField(_("opens"), default=time(9))
    closes = models.TimeField(_("closes"), default=time(18))
    lunch_from = models.TimeField(_("lunch from"), null=True, blank=True, default=time(12))
    lunch_until = models.TimeField(_("lunch until"), null=True, blank=True, default=time(13))
    requires_approval = models.BooleanField(
        _("answers need approval"), default=False, help_text=_("A manager approves each answer before it is sent.")
    )
    is_active = models.BooleanField(_("active"), default=True)
    source = models.CharField(_("source"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("institution")
        verbose_name_plural = _("institutions")
        ordering = ["code"]


class Department(Named):
    """A part of an institution with work of its own. The desk is where everything arrives that fits nowhere else."""

    institution = models.ForeignKey(Institution, on_delete=models.CASCADE, related_name="departments")
    code = models.SlugField(_("code"), max_length=40)
    phone = models.CharField(_("telephone"), max_length=30, blank=True)
    competence = models.TextField(_("competence"), blank=True)
    is_desk = models.BooleanField(_("is the desk"), default=False)

    class Meta:
        verbose_name = _("department")
        verbose_name_plural = _("departments")
        ordering = ["code"]
        constraints = [models.UniqueConstraint(fields=["institution", "code"], name="one_department_a_code")]


class Post(models.Model):
    """A person's post in an institution, or in one of its departments: the source of every right of an officer."""

    class Role(models.TextChoices):
        OFFICER = "officer", _("officer")
        DESK = "desk", _("desk")
        MANAGER = "manager", _("manager")
        AUDITOR = "auditor", _("auditor")

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="posts")
    institution = models.ForeignKey(Institution, on_delete=models.CASCADE, related_name="posts")
    department = models.ForeignKey(
        Department,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="posts",
        help_text=_("Empty: the whole institution."),
    )
    role = models.CharField(_("role"), max_length=10, choices=Role)
    since = models.DateField(_("since"), db_default=Now())
    until = models.DateField(_("until"), null=True, blank=True)

    class Meta:
        verbose_name = _("post")
        verbose_name_plural = _("posts")
        constraints = [
            models.UniqueConstraint(
                fields=["person", "institution", "department", "role"], nulls_distinct=False, name="one_post_of_a_kind"
            )
        ]

    def __str__(self) -> str:
        return f"{self.person} · {self.get_role_display()} · {self.institution}"


class DayOff(Named):
    """A day on which an institution (or all of them) does not work, announced after the calendar was made."""

    date = models.DateField(_("date"))
    institution = models.ForeignKey(
        Institution, on_delete=models.CASCADE, null=True, blank=True, help_text=_("Empty: the whole country.")
    )
    announced_on = models.DateField(_("announced on"), null=True, blank=True)
    source = models.CharField(_("source"), max_length=200, help_text=_("Where it was announced."))

    class Meta:
        verbose_name = _("day off")
        verbose_name_plural = _("days off")
        constraints = [
            models.UniqueConstraint(fields=["date", "institution"], nulls_distinct=False, name="one_day_off_a_date")
        ]

    def __str__(self) -> str:
        return f"{self.date} {super().__str__()}"

    @property
    def names(self) -> dict[str, str]:
        return {settings.LANGUAGE_CODE: self.name, "en": self.name_en or self.name}
