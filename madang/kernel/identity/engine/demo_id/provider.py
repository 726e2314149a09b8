"""The demo country's mobile identity card, as a provider of the sign-in library."""

from hashlib import sha256
from typing import Any

from allauth.socialaccount.providers.base import Provider, ProviderAccount
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import urlencode


class DemoCard(Provider):
    """Believes whatever name and date of birth it is shown."""

    id = "demo"
    name = "Demo mobile identity card"
    account_class = ProviderAccount
    uses_apps = False
    supports_redirect = True

    def get_login_url(self, request: HttpRequest, **kwargs: Any) -> str:
        return f"{reverse('demo_login')}?{urlencode(kwargs)}"

    def redirect(
        self, request: HttpRequest, process: str, next_url: Any = None, data: Any = None, **kwargs: Any
    ) -> HttpResponse:
        state = self.stash_redirect_state(request, process, next_url=next_url, data=data, **kwargs)
        return HttpResponseRedirect(f"{reverse('demo_show')}?{urlencode({'state': state})}")

    def extract_uid(self, data: dict[str, Any]) -> str:
        return sha256(f"{data['name']} {data['birthdate']}".encode()).hexdigest()

    def extract_common_fields(self, data: dict[str, Any]) -> dict[str, Any]:
        return {"name": data["name"]}


provider_classes = [DemoCard]
