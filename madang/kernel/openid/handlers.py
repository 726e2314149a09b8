"""When somebody signs in or out here, their sign-ins to agencies follow."""

from typing import Any

from allauth.account.signals import authentication_step_completed
from django.contrib.auth.signals import user_logged_in, user_logged_out
from django.dispatch import receiver
from django.http import HttpRequest

from .actions import end
from .engine.proof import BROWSER, note_sign_in
from .models import SignIn


@receiver(user_logged_in, dispatch_uid="openid.signed_in")
def signed_in(request: HttpRequest, **rest: Any) -> None:
    """Notes when it was."""
    note_sign_in(request)


@receiver(user_logged_out, dispatch_uid="openid.signed_out")
def signed_out(request: HttpRequest, user: Any, **rest: Any) -> None:
    """Ends what was begun from this browser; the agencies are told after the commit."""
    mark = request.session.get(BROWSER)
    if mark and user is not None:
        for entered in SignIn.objects.open().filter(browser=mark, person=user.person).select_related("client"):
            end(entered, by=user.person)


@receiver(authentication_step_completed, dispatch_uid="openid.surer")
def surer(request: HttpRequest, **rest: Any) -> None:
    """Who shows more of themselves goes on in a new session: what was begun in the old one goes along."""
    mark = request.session.get(BROWSER)
    if mark:
        SignIn.objects.open().filter(browser=mark).update(session=request.session.session_key)
