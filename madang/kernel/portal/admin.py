"""The back office as a whole: what it holds, and that there is one way into it: that of everyone."""

from typing import Any

from allauth.account import views as account
from django.contrib import admin
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from madang.kernel.common.errors import Refused


class BackOffice(admin.AdminSite):
    """What our own apps show operators, and nothing that libraries would show them.

    Jobs waiting to be done hold mails with codes; proved addresses, second factors, sessions and who vouches for whom
    open accounts. Whoever could read or write these would be everyone.
    """

    def register(self, model_or_iterable: Any, admin_class: Any = None, **options: Any) -> None:
        super().register(_ours(model_or_iterable), admin_class, **options)

    def unregister(self, model_or_iterable: Any) -> None:
        super().unregister(_ours(model_or_iterable))

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Operators sign in where everyone does: with the second factor, the limits and the record of that way."""
        if request.user.is_authenticated:
            raise Refused()
        return redirect_to_login(request.GET.get(REDIRECT_FIELD_NAME) or reverse("admin:index"))

    def logout(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        return account.logout(request)

    def password_change(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        return redirect("account_change_password")


def _ours(models: Any) -> list[Any]:
    known = models if isinstance(models, (list, tuple)) else [models]
    return [one for one in known if one.__module__.startswith("madang.")]
