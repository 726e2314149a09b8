"""One's account: what opens it, where it is open, who vouches for it; stepping up; tokens of one's programs."""

from datetime import timedelta

from allauth.account.decorators import reauthentication_required
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render, resolve_url
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from madang.kernel.common.i18n import text

from .actions import end_session, issue_token, revoke_token
from .forms import TokenForm
from .models import Person, Token
from .queries import happened_to, is_strong, person_of
from .rules import BY_POST, STRONG, VERIFIED

# Where one shows what one has; a passkey first, as it needs no typing.
FACTORS = {
    Authenticator.Type.WEBAUTHN: "mfa_reauthenticate_webauthn",
    Authenticator.Type.TOTP: "mfa_reauthenticate",
}

# What is said of each act on record that concerns an account.
SAID = {
    "identity.register": _l("Registered"),
    "identity.sign_in": _l("Signed in"),
    "identity.sign_out": _l("Signed out"),
    "identity.end_session": _l("Another device was signed out"),
    "password": _l("The password was changed"),
    "email": _l("The e-mail was changed"),
    "factor_added": _l("A passkey or an authenticator app was added"),
    "factor_removed": _l("A passkey or an authenticator app was removed"),
    "recovery_codes": _l("New recovery codes were made"),
}


def _own(request: HttpRequest) -> Person:
    person = person_of(request)
    assert person is not None  # noqa: S101  (login_required)
    return person


def _my_page() -> tuple[str, str]:
    return _("My page"), resolve_url(settings.LOGIN_REDIRECT_URL)


def _next(request: HttpRequest) -> str:
    to = request.GET.get("next", "")
    safe = url_has_allowed_host_and_scheme(to, {request.get_host()}, require_https=request.is_secure())
    return to if safe else resolve_url(settings.LOGIN_REDIRECT_URL)


@never_cache
@login_required
def account(request: HttpRequest) -> HttpResponse:
    """One's account on one page."""
    person = _own(request)
    names = {one.id: text(one.name) for one in settings.IDENTITY_PROVIDERS} | {
        BY_POST: _("The institution of your post")
    }
    context = {
        "person": person,
        "identified_by": [
            (names.get(one.provider, one.provider), one.at)
            for one in person.identifications.filter(ended_at=None).order_by("id")
        ],
        "has_factor": Authenticator.objects.filter(user=person.account, type__in=FACTORS).exists(),
        "providers": settings.IDENTITY_PROVIDERS,
        "history": [
            (SAID.get(one.details.get("what", one.action), one.action), one.at)
            for one in happened_to(person.account)[:10]
        ],
        "breadcrumbs": [_my_page(), (_("My account"), "")],
    }
    return render(request, "identity/account.html", context)


@never_cache
@login_required
def sessions(request: HttpRequest) -> HttpResponse:
    """Where one is signed in."""
    person = _own(request)
    context = {
        "sessions": UserSession.objects.purge_and_list(person.account),
        "here": request.session.session_key,
        "breadcrumbs": [
            _my_page(),
            (_("My account"), reverse("identity:account")),
            (_("Where I am signed in"), ""),
        ],
    }
    return render(request, "identity/sessions.html", context)


@login_required
@require_POST
def session_ending(request: HttpRequest, pk: int) -> HttpResponse:
    """Signs one out of another device."""
    person = _own(request)
    end_session(get_object_or_404(UserSession, pk=pk, user=person.account), by=person)
    messages.success(request, _("That device is signed out."))
    return redirect("identity:sessions")


@login_required
@require_POST
def sessions_ending(request: HttpRequest) -> HttpResponse:
    """Signs one out everywhere but here."""
    person = _own(request)
    for session in UserSession.objects.filter(user=person.account).exclude(session_key=request.session.session_key):
        end_session(session, by=person)
    messages.success(request, _("All other devices are signed out."))
    return redirect("identity:sessions")


@never_cache
@login_required
def stepping_up(request: HttpRequest) -> HttpResponse:
    """What is missing for a surer sign-in, one thing after the other; then back to where one was."""
    person, back = _own(request), _next(request)
    wanted = STRONG if request.GET.get("level") == str(STRONG) else VERIFIED
    if person.assurance >= wanted:
        return redirect(back)
    here = f"{reverse('identity:step-up')}?{urlencode({'level': str(wanted), 'next': back})}"
    verified = person.identifications.filter(level__gte=VERIFIED, ended_at=None).exists()
    if verified and not is_strong(request):
        kinds = set(Authenticator.objects.filter(user=person.account).values_list("type", flat=True))
        for kind, page in FACTORS.items():
            if kind in kinds:
                return redirect(f"{reverse(page)}?{urlencode({'next': here})}")
    context = {
        "verified": verified,
        "providers": [one for one in settings.IDENTITY_PROVIDERS if one.level >= VERIFIED],
        "here": here,
        "breadcrumbs": [(_("A surer sign-in"), "")],
    }
    return render(request, "identity/step_up.html", context)


# A token that was forgotten somewhere is no key for ever.
TOKENS_LIVE = timedelta(days=365)


@never_cache
@login_required
@reauthentication_required(allow_get=True)
def tokens(request: HttpRequest) -> HttpResponse:
    """The access tokens of one's programs; a new one wants proof that it is still they, and is shown this once."""
    person = _own(request)
    form = TokenForm(request.POST or None)
    new = ""
    if request.method == "POST" and form.is_valid():
        until = timezone.now() + TOKENS_LIVE
        new = issue_token(person, by=person, name=form.cleaned_data["name"], expires_at=until)
    context = {
        "form": form,
        "new": new,
        "tokens": person.tokens.order_by("id"),
        "breadcrumbs": [(_("Access tokens"), "")],
    }
    return render(request, "identity/tokens.html", context)


@login_required
@require_POST
def token_revoking(request: HttpRequest, pk: int) -> HttpResponse:
    """Takes one of one's tokens out of use."""
    person = _own(request)
    revoke_token(get_object_or_404(Token, pk=pk, person=person), by=person)
    messages.success(request, _("The token is no longer good."))
    return redirect(reverse("identity:tokens"))
