"""The agencies that people sign in to from here, what people let them know, and each time somebody did."""

from typing import Any

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from oauth2_provider.models import AbstractApplication

from madang.kernel.identity.models import Person
from madang.kernel.institutions.models import Institution

SCOPES = [("profile", _("name, language, date of birth")), ("email", _("e-mail")), ("phone", _("telephone"))]


class Client(AbstractApplication):
    """A site or program of an institution to which people sign in from here.

    The institution is the sector: to all of its clients a person is the same, to others' somebody unrelated.
    """

    name_en = models.CharField(_("English name"), max_length=255)
    institution = models.ForeignKey(
        Institution, on_delete=models.PROTECT, related_name="+", verbose_name=_("institution")
    )
    backchannel_uri = models.CharField(_("address told of sign-outs"), max_length=500, blank=True)
    scopes = ArrayField(
        models.CharField(max_length=20, choices=SCOPES), verbose_name=_("may ask for"), default=list, blank=True
    )
    is_active = models.BooleanField(_("in use"), default=True)

    class Meta(AbstractApplication.Meta):
        verbose_name = _("agency's client")
        verbose_name_plural = _("agencies' clients")

    def __str__(self) -> str:
        return self.title

    @property
    def title(self) -> str:
        """Its name in the language of the moment."""
        return self.name if get_language() == settings.LANGUAGE_CODE else self.name_en

    @property
    def number(self) -> str:
        """What it is called on record."""
        return f"openid:{self.client_id}"

    # What the library asks of a client.
    def clean(self) -> None:
        """Nothing: the library looks for keys in its settings here; addresses are looked at by the actions."""

    def is_usable(self, request: Any) -> bool:
        return self.is_active

    def redirect_uri_allowed(self, uri: str) -> bool:
        """Letter by letter: nothing added, nothing left out, not even another port of one's own machine."""
        return uri in self.redirect_uris.split()

    def post_logout_redirect_uri_allowed(self, uri: str) -> bool:
        return uri in self.post_logout_redirect_uris.split()

    def origin_allowed(self, origin: str) -> bool:
        return False


class ConsentQuerySet(models.QuerySet["Consent"]):
    """Words for consents."""

    def visible_to(self, person: Person | None) -> "ConsentQuerySet":
        """One's own, and nobody else's; not even an operator sees whom another signs in to."""
        return self.filter(person=person) if person is not None else self.none()

    def in_force(self) -> "ConsentQuerySet":
        return self.filter(withdrawn_at=None)


class Consent(models.Model):
    """What a person lets an agency know, until they withdraw it."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="+")
    scopes = ArrayField(models.CharField(max_length=20))
    given_at = models.DateTimeField(db_default=Now(), editable=False)
    withdrawn_at = models.DateTimeField(null=True)

    objects = ConsentQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person", "client"], condition=Q(withdrawn_at=None), name="one_consent")
        ]

    def __str__(self) -> str:
        return f"{self.client_id} {self.scopes}"


class SignInQuerySet(models.QuerySet["SignIn"]):
    """Words for sign-ins."""

    def visible_to(self, person: Person | None) -> "SignInQuerySet":
        """One's own, and nobody else's."""
        return self.filter(person=person) if person is not None else self.none()

    def open(self) -> "SignInQuerySet":
        return self.filter(ended_at=None)


class SignIn(models.Model):
    """A person went on to an agency from here. Open until they sign out here, or withdraw their consent."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(db_default=Now(), editable=False)
    proved_at = models.DateTimeField(help_text="When the person proved who they are.")
    assurance = models.PositiveSmallIntegerField()
    methods = ArrayField(models.CharField(max_length=10), default=list)
    browser = models.CharField(max_length=64, help_text="A random mark of the session, the same while it lasts.")
    session = models.CharField(max_length=40, help_text="Where the session lies; when it is gone, this has ended.")
    sid = models.CharField(max_length=64, help_text="What the agency calls this session.")
    code = models.CharField(max_length=64, unique=True, help_text="The hash of the code that was handed over.")
    token = models.CharField(max_length=64, blank=True, help_text="The hash of the token given for the code.")
    ended_at = models.DateTimeField(null=True)

    objects = SignInQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["person", "-at"], name="openid_sign_in_of_person"),
            models.Index(fields=["browser"], name="openid_sign_in_open", condition=Q(ended_at=None)),
            models.Index(fields=["at"], name="openid_sign_in_by_age"),
        ]

    def __str__(self) -> str:
        return f"{self.client_id} {self.at}"
