"""The back office: agencies' clients. Whom people sign in to is not shown: that is theirs."""

from typing import Any

import oauth2_provider.admin  # noqa: F401  (it registers itself, and is taken off again below)
from django.contrib import admin, messages
from django.db import transaction
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import add_never_cache_headers
from django.utils.translation import gettext_lazy as _
from oauth2_provider.models import (
    get_access_token_model,
    get_grant_model,
    get_id_token_model,
    get_refresh_token_model,
)

from madang.kernel.common.errors import DomainError
from madang.kernel.identity.queries import person_of

from . import actions
from .forms import FIELDS, ClientForm
from .models import Client

# The library's own pages would show who holds which token.
for _model in (Client, get_access_token_model(), get_grant_model(), get_id_token_model(), get_refresh_token_model()):
    admin.site.unregister(_model)


@admin.register(Client)
class ClientAdmin(admin.ModelAdmin):
    """Agencies' clients: registered, changed and taken out of use by actions; none is deleted."""

    form = ClientForm
    list_display = ["name", "institution", "client_id", "client_type", "is_active"]
    list_filter = ["is_active", "client_type"]
    list_select_related = ["institution"]
    search_fields = ["name", "name_en", "client_id", "institution__name"]
    autocomplete_fields = ["institution"]
    actions = ["disable", "enable", "renew_secret"]

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return ["institution", "client_type", "client_id", "is_active"] if obj else []

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return [*FIELDS, *(["client_id", "is_active"] if obj else [])]

    def save_model(self, request: HttpRequest, obj: Client, form: ModelForm, change: bool) -> None:
        by = person_of(request)
        if change:
            actions.revise(obj, by=by, **{name: form.cleaned_data[name] for name in form.changed_data})
        else:
            obj.secret = actions.register(obj, by=by)

    def response_add(self, request: HttpRequest, obj: Client, post_url_continue: str | None = None) -> HttpResponse:
        """Shows the new secret, this once."""
        return self._secret(request, obj, obj.secret)

    def _secret(self, request: HttpRequest, client: Client, secret: str) -> HttpResponse:
        context = self.admin_site.each_context(request) | {
            "title": str(client), "client": client, "secret": secret, "opts": self.model._meta,
        }  # fmt: skip
        response = render(request, "openid/secret.html", context)
        add_never_cache_headers(response)
        return response

    @admin.action(description=_("Take out of use"))
    def disable(self, request: HttpRequest, clients: QuerySet[Client]) -> None:
        for client in clients:
            actions.disable(client, by=person_of(request))

    @admin.action(description=_("Take into use again"))
    def enable(self, request: HttpRequest, clients: QuerySet[Client]) -> None:
        for client in clients:
            actions.enable(client, by=person_of(request))

    @admin.action(description=_("Give another secret (choose one)"))
    def renew_secret(self, request: HttpRequest, clients: QuerySet[Client]) -> HttpResponse | None:
        try:
            with transaction.atomic():
                client = clients.get()
                return self._secret(request, client, actions.renew_secret(client, by=person_of(request)))
        except (DomainError, Client.MultipleObjectsReturned) as error:
            messages.error(request, str(error) if isinstance(error, DomainError) else str(_("Choose one client.")))
        return None
