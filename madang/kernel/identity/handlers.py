"""What the sign-in library (django-allauth) tells us, and what it asks: the acts that follow are on record."""

import logging
from datetime import date
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.signals import (
    authentication_step_completed,
    email_changed,
    password_changed,
    password_reset,
    password_set,
)
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.signals import (
    authentication_failed,
    authenticator_added,
    authenticator_removed,
    authenticator_reset,
)
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialAccount
from allauth.socialaccount.signals import social_account_added, social_account_removed, social_account_updated
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.signals import user_login_failed
from django.contrib.sites.shortcuts import get_current_site
from django.db import transaction
from django.dispatch import receiver
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from procrastinate.contrib.django import app

from madang.kernel.common.i18n import text
from madang.kernel.common.limits import address_of
from madang.kernel.common.moment import now

from . import actions
from .models import Account, Person, Secret
from .queries import provider

log = logging.getLogger("madang.sign_in")


class Accounts(DefaultAccountAdapter):
    """Accounts are made, opened and left by our actions; mails go out by a job."""

    def new_user(self, request: HttpRequest) -> Account:
        # What the database would fill in cannot lie in a session until the form has come back.
        return Account(created_at=now())

    def save_user(self, request: HttpRequest, user: Any, form: Any, commit: bool = True) -> Account:
        data = form.cleaned_data
        person = Person(
            name=data.get("name") or user.called,
            email=data["email"],
            phone=data.get("phone", ""),
            language=get_language() or settings.LANGUAGE_CODE,
        )
        return actions.register(
            person, by=None, login=data["email"], password=data.get("password1"), verified=False, account=user
        )

    def login(self, request: HttpRequest, user: Any) -> None:
        super().login(request, user)
        actions.sign_in(user, by=user.person)

    def logout(self, request: HttpRequest) -> None:
        if isinstance(request.user, Account):
            actions.sign_out(request.user, by=request.user.person)
        super().logout(request)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        site = get_current_site(self.request)
        facts = {"request": self.request, "email": email, "current_site": site, "site_url": settings.SITE_URL}
        message = self.render_mail(template_prefix, email, facts | context)
        with transaction.atomic():
            app.configure_task("identity.mail").defer(
                to=message.to, subject=str(message.subject), text=str(message.body)
            )
        if settings.DEMO and "code" in context:
            # In a demo country no mail arrives anywhere.
            shown = _("A demo sends no mail. The code is %(code)s.") % {"code": context["code"]}
            messages.info(self.request, shown)

    def add_message(
        self, request: HttpRequest, level: int, message_template: Any = None, *more: Any, **rest: Any
    ) -> None:
        """What the page itself shows needs no message: that one is in, or out."""
        if not str(message_template).startswith("account/messages/logged_"):
            super().add_message(request, level, message_template, *more, **rest)

    def get_email_verification_redirect_url(self, email_address: Any) -> str:
        return reverse("identity:account")

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return reverse("identity:account")


class Factors(DefaultMFAAdapter):
    """What only the person has: passkeys, and an app that makes codes."""

    def _get_site_name(self) -> str:
        return str(_("Madang"))

    def encrypt(self, text: str) -> str:
        account = context.request.user
        return actions.keep_secret(account, by=account.person, text=text)

    def decrypt(self, encrypted_text: str) -> str:
        return str(Secret.objects.get(key=encrypted_text).value)


class Providers(DefaultSocialAccountAdapter):
    """Who vouches for people. Of what a provider tells, only name and date of birth are kept, and as ours."""

    def pre_social_login(self, request: HttpRequest, sociallogin: Any) -> None:
        told = sociallogin.account.extra_data
        claims = {**told.get("id_token", {}), **told.get("userinfo", {})} or told
        sociallogin.account.extra_data = {name: str(claims.get(name) or "") for name in ("name", "birthdate")}

    def list_providers(self, request: HttpRequest) -> list[Any]:
        """Those that the site knows, by their names in the language of the page."""
        found = super().list_providers(request)
        for one in found:
            known = provider(one.app.provider_id if one.app else one.id)
            one.name = text(known.name) if known else one.name
        return found

    def save_user(self, request: HttpRequest, sociallogin: Any, form: Any = None) -> Any:
        sociallogin.user.called = sociallogin.account.extra_data["name"] or form.cleaned_data["email"]
        user = super().save_user(request, sociallogin, form)
        _vouch(sociallogin.account)
        return user

    def get_connect_redirect_url(self, request: HttpRequest, socialaccount: Any) -> str:
        return reverse("identity:account")


@receiver([social_account_added, social_account_updated])
def vouched_for(sender: type, sociallogin: Any, **_more: Any) -> None:
    """Somebody came back from a provider that vouches for them."""
    _vouch(sociallogin.account)


def _vouch(account: SocialAccount) -> None:
    known = provider(account.provider)
    if known is None:
        return
    told, account.extra_data = account.extra_data, {}
    account.save(update_fields=["extra_data"])
    try:
        born = date.fromisoformat(told.get("birthdate", ""))
    except ValueError:
        born = None
    person = account.user.person
    actions.identify(
        person, by=person, provider=known.id, level=known.level, name=told.get("name", "")[:100], birth_date=born
    )


@receiver(social_account_removed)
def no_longer_vouched_for(sender: type, socialaccount: SocialAccount, **_more: Any) -> None:
    """A person cut the tie to a provider."""
    person = socialaccount.user.person
    actions.end_identification(person, by=person, provider=socialaccount.provider)


_CHANGES = {
    password_set: "password",
    password_changed: "password",
    password_reset: "password",
    email_changed: "email",
    authenticator_added: "factor_added",
    authenticator_removed: "factor_removed",
    authenticator_reset: "recovery_codes",
}


@receiver(list(_CHANGES))
def changed(sender: type, signal: Any, user: Account, **_more: Any) -> None:
    """A person changed what opens their account. To have a first e-mail is no change."""
    if signal is email_changed and user.person.email == user.login:
        return
    actions.change_sign_in(user, by=user.person, what=_CHANGES[signal])


@receiver(authentication_step_completed)
def surer(sender: type, request: HttpRequest, reauthenticated: bool = False, **_more: Any) -> None:
    """Who shows more of themselves than before goes on in a new session: a copy of the old one rises with nobody."""
    if reauthenticated:
        old = request.session.session_key
        request.session.cycle_key()
        UserSession.objects.filter(session_key=old).update(session_key=request.session.session_key)


@receiver([user_login_failed, authentication_failed])
def failed(sender: type, request: HttpRequest | None = None, user: Account | None = None, **_more: Any) -> None:
    """Somebody did not get in: a line for who watches, with the key of the account where it is known, never its name."""
    address = address_of(request) if request else "-"
    log.warning("a sign-in failed from %s for account %s", address, user.pk if user else "-")
