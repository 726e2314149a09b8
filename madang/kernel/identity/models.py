"""Who is who: persons and companies, the accounts they sign in with, the tokens their programs use."""

from typing import Any

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from madang.kernel.common.fields import BlindIndex, EncryptedText


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

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("persons")

    def __str__(self) -> str:
        return self.name


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
        return self.select_related("person").get(login__iexact=username)


class Account(AbstractBaseUser):
    """What a person signs in with. Rights come from the person's posts, never from the account."""

    login = models.CharField(_("e-mail"), max_length=254, unique=True)
    person = models.OneToOneField(Person, on_delete=models.PROTECT, related_name="account")
    is_active = models.BooleanField(_("may sign in"), default=True)
    is_operator = models.BooleanField(_("runs the system"), default=False)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

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


class Token(models.Model):
    """A personal access token for programs. Only its digest is kept; the token itself is shown once."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="tokens")
    name = models.CharField(_("name"), max_length=100)
    digest = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    expires_at = models.DateTimeField(_("valid until"), null=True, blank=True)

    class Meta:
        verbose_name = _("access token")
        verbose_name_plural = _("access tokens")

    def __str__(self) -> str:
        return self.name


class FailedSignIn(models.Model):
    """An attempt with a wrong password, remembered for a while so that nobody tries them all."""

    login = models.CharField(max_length=254)
    at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        indexes = [models.Index(fields=["login", "at"], name="failed_sign_in")]

    def __str__(self) -> str:
        return self.login


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
