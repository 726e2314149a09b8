"""Showing the demo card."""

from typing import Any

from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.helpers import complete_social_login
from allauth.socialaccount.providers.base.views import BaseLoginView
from django import forms
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.translation import gettext_lazy as _
from django.views.generic.edit import FormView

from .provider import DemoCard


class CardForm(forms.Form):
    """What stands on the card."""

    name = forms.CharField(label=_("Name"), max_length=100)
    birthdate = forms.DateField(label=_("Date of birth"))


class Login(BaseLoginView):
    """Off to the card."""

    provider_id = DemoCard.id


class Show(FormView):
    """What a phone would do: the card is shown, and the person comes back."""

    form_class = CardForm
    template_name = "demo_id/show.html"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        self.state_id = request.GET.get("state", "")
        if not self.state_id:
            raise PermissionDenied()
        return super().dispatch(request, *args, **kwargs)

    def form_valid(self, form: CardForm) -> HttpResponse:
        provider = get_adapter().get_provider(self.request, DemoCard.id)
        told = {"name": form.cleaned_data["name"], "birthdate": form.cleaned_data["birthdate"].isoformat()}
        shown = provider.sociallogin_from_response(self.request, told)
        shown.state = provider.unstash_redirect_state(self.request, self.state_id)
        return complete_social_login(self.request, shown)


login = Login.as_view()
show = Show.as_view()
