"""Who is who: persons and companies, the accounts they sign in with, the tokens their programs use."""

from typing import Any

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models.functions import Now
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from madang.kernel.common.fields import BlindIndex, EncryptedText

from .rules import DECLARED, STRONG, VERIFIED


class Person(models.Model):
    """A natural person, whether or not they have an account."""

    name = models.CharField(_("name"), max_length=100)
    email = models.EmailField(_("e-mail"), blank=True)
    phone = models.CharField(_("telephone"), max_length=30, blank=True)
    birth_date = models.DateField(_("date of birth"), null=True, blank=True)
    language = models.CharField(
        _("language"), max_length=10, choices=settings.LANGUAGES, default=settings.LANGUAGE_CODE
    )
    registered_at = models.DateTimeField(db_default=Now(), editable=False)

    # How far the way in which they came carries: set on whom a request or a token stands for.
    ceiling = VERIFIED

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("persons")

    def __str__(self) -> str:
        return self.name

    @cached_property
    def assurance(self) -> int:
        """How surely this is who they say, as they came: 1 by their own word, 2 verified, 3 with a strong factor too."""
        return self.ceiling if self.identifications.filter(level__gte=VERIFIED, ended_at=None).exists() else DECLARED


class Company(models.Model):
    """A legal person, known by its business registration number."""

    number = models.CharField(_("business registration number"), max_length=20, unique=True)
    name = models.CharField(_("name"), max_length=200)

    class Meta:
        verbose_name = _("company")
        verbose_name_plural = _("companies")

    def __str__(self) -> str:
        return self.name


class AccountManager(BaseUserManager["Account"]):
    """Finds accounts by their login, whatever its case."""

    def get_by_natural_key(self, username: str | None) -> "Account":
        return self.select_related("person").get(login=(username or "").lower())


class Account(AbstractBaseUser):  # type: ignore[django-manager-missing]  # of a library's model that has no types
    """What a person signs in with. Rights come from the person's posts, never from the account."""

    login = models.CharField(_("e-mail"), max_length=254, unique=True)
    person = models.OneToOneField(Person, on_delete=models.PROTECT, related_name="account")
    is_active = models.BooleanField(_("may sign in"), default=True)
    is_operator = models.BooleanField(_("runs the system"), default=False)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    # The person's name, for the rules of passwords, while there is no person yet.
    called = ""

    USERNAME_FIELD = "login"
    objects = AccountManager()

    class Meta:
        verbose_name = _("account")
        verbose_name_plural = _("accounts")

    def __str__(self) -> str:
        return self.login

    # The back office (Django's admin) asks these three.
    @property
    def is_staff(self) -> bool:
        return self.is_operator

    def has_perm(self, perm: str, obj: Any = None) -> bool:
        return self.is_active and self.is_operator

    def has_module_perms(self, app_label: str) -> bool:
        return self.is_active and self.is_operator


class Identification(models.Model):
    """Somebody who is trusted to know vouched that this person is who they say."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="identifications")
    provider = models.CharField(max_length=60)
    level = models.PositiveSmallIntegerField()
    at = models.DateTimeField(db_default=Now(), editable=False)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person", "provider"], condition=models.Q(ended_at=None), name="one_identification_a_provider"
            ),
            models.CheckConstraint(condition=models.Q(level__range=(DECLARED, STRONG)), name="level_1_to_3"),
        ]

    def __str__(self) -> str:
        return f"{self.provider} · {self.level}"


class Token(models.Model):
    """A personal access token for programs. Only its digest is kept; the token itself is shown once."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="tokens")
    name = models.CharField(_("name"), max_length=100)
    digest = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    expires_at = models.DateTimeField(_("valid until"), null=True, blank=True)
    level = models.PositiveSmallIntegerField(
        db_default=VERIFIED, help_text=_("How far it carries: of whoever made it.")
    )

    class Meta:
        verbose_name = _("access token")
        verbose_name_plural = _("access tokens")

    def __str__(self) -> str:
        return self.name


class PersonalNumber(models.Model):
    """A number by which the state or a bank knows a person: encrypted, found by its blind index, nobody else's."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="numbers")
    kind = models.CharField(max_length=40, help_text="As the language of definitions calls it: resident_number.")
    value = EncryptedText(bound_to=("person_id", "kind"))
    index = BlindIndex(of="value")
    verified_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person", "kind"], name="one_number_a_kind"),
            models.UniqueConstraint(fields=["kind", "index"], name="one_person_a_number"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} · {self.person_id}"


class Secret(models.Model):
    """What a second factor is checked with, encrypted: the key of an app that makes codes, the seed of recovery codes."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="secrets")
    key = models.CharField(max_length=32, unique=True)
    value = EncryptedText(bound_to=("key",))

    def __str__(self) -> str:
        return self.key
