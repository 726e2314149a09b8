"""What an operator writes down about an agency's client."""

from django import forms
from django.utils.translation import gettext_lazy as _

from madang.kernel.common.errors import Invalid

from .actions import check
from .models import SCOPES, Client

_HINT = _("One address a line, letter by letter as the agency uses it; https, or http to one's own machine.")


FIELDS = [
    "name", "name_en", "institution", "client_type", "redirect_uris", "post_logout_redirect_uris", "backchannel_uri",
    "scopes",
]  # fmt: skip


class ClientForm(forms.ModelForm):
    """A client: whose it is, where it lives, and what it may ask for."""

    scopes = forms.MultipleChoiceField(
        label=_("may ask for"), choices=SCOPES, required=False, widget=forms.CheckboxSelectMultiple
    )

    class Meta:
        model = Client
        fields = FIELDS
        labels = {
            "name": _("name"),
            "client_type": _("kind"),
            "redirect_uris": _("where people come back"),
            "post_logout_redirect_uris": _("where people go after signing out"),
        }
        help_texts = {
            "redirect_uris": _HINT,
            "post_logout_redirect_uris": _HINT,
            "backchannel_uri": _("Told when somebody who went there signs out here. May stay empty."),
            "client_type": _(
                "Confidential: a server that keeps a secret. Public: an app on people's own devices, which cannot."
            ),
        }
        widgets = {
            "redirect_uris": forms.Textarea(attrs={"rows": 3}),
            "post_logout_redirect_uris": forms.Textarea(attrs={"rows": 3}),
        }

    def _post_clean(self) -> None:
        """Says at the field what the action would refuse."""
        super()._post_clean()  # type: ignore[misc]
        try:
            check(self.instance)
        except Invalid as error:
            for name, texts in error.fields.items():
                self.add_error(name, texts)
