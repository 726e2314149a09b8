"""Signing in and out, registering, and the access tokens of one's programs."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login as begin_session
from django.contrib.auth import logout as end_session
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render, resolve_url
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from madang.kernel.common.errors import DomainError, Invalid

from .actions import issue_token, register, revoke_token, sign_in
from .forms import RegistrationForm, SignInForm, TokenForm
from .models import Person, Token
from .queries import person_of


def _next(request: HttpRequest) -> str:
    to = request.POST.get("next") or request.GET.get("next", "")
    safe = url_has_allowed_host_and_scheme(to, {request.get_host()}, require_https=request.is_secure())
    return to if safe else resolve_url(settings.LOGIN_REDIRECT_URL)


def blame(form: object, error: DomainError) -> None:
    """Shows what an action refused at the fields of the form, or above it."""
    for name, texts in error.fields.items():
        for text in texts:
            form.add_error(name if name in form.fields else None, text)  # type: ignore[attr-defined]
    if not error.fields:
        form.add_error(None, str(error))  # type: ignore[attr-defined]


@never_cache
@sensitive_post_parameters("password")
def signing_in(request: HttpRequest) -> HttpResponse:
    """The sign-in page; goes on to where one wanted to go."""
    form = SignInForm(request.POST or None)
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            account = sign_in(form.cleaned_data["login"], by=None, password=form.cleaned_data["password"])
        except DomainError as error:
            blame(form, error)
            status = error.status
        else:
            begin_session(request, account, backend="django.contrib.auth.backends.ModelBackend")
            return redirect(_next(request))
    context = {"form": form, "next": request.GET.get("next", ""), "breadcrumbs": [(_("Sign in"), "")]}
    return render(request, "identity/sign_in.html", context, status=status)


@require_POST
def signing_out(request: HttpRequest) -> HttpResponse:
    """Ends the session in this browser."""
    end_session(request)
    return redirect(settings.LOGOUT_REDIRECT_URL)


@never_cache
@sensitive_post_parameters("password")
def registering(request: HttpRequest) -> HttpResponse:
    """Registers a citizen and signs them in."""
    form = RegistrationForm(request.POST or None)
    status = 200
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        person = Person(
            name=data["name"],
            email=data["login"],
            phone=data["phone"],
            language=get_language() or settings.LANGUAGE_CODE,
        )
        try:
            account = register(person, by=None, login=data["login"], password=data["password"])
        except Invalid as error:
            blame(form, error)
            status = error.status
        else:
            begin_session(request, account, backend="django.contrib.auth.backends.ModelBackend")
            return redirect(_next(request))
    context = {"form": form, "next": request.GET.get("next", ""), "breadcrumbs": [(_("Register"), "")]}
    return render(request, "identity/register.html", context, status=status)


@never_cache
@login_required
def tokens(request: HttpRequest) -> HttpResponse:
    """The access tokens of one's programs; a new one is shown this once."""
    person = person_of(request)
    assert person is not None  # noqa: S101  (login_required)
    form = TokenForm(request.POST or None)
    new = ""
    if request.method == "POST" and form.is_valid():
        new = issue_token(person, by=person, name=form.cleaned_data["name"])
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
    person = person_of(request)
    assert person is not None  # noqa: S101  (login_required)
    revoke_token(get_object_or_404(Token, pk=pk, person=person), by=person)
    messages.success(request, _("The token is no longer good."))
    return redirect(reverse("identity:tokens"))
