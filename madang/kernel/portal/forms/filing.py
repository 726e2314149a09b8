"""The last questions before a form is sent."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from madang.kernel.institutions.models import Institution

from .fields import InstitutionField


class FilingForm(forms.Form):
    """Where it should go, and who may read it. `suggested` is one of the institutions that the service proposes."""

    suggested = InstitutionField(required=False)
    institution = InstitutionField(
        label=_("Another institution"),
        required=False,
        help_text=_("Leave it empty, and it is sent where it belongs."),
    )
    is_public = forms.BooleanField(
        label=_("Others may read it"),
        required=False,
        help_text=_("Names, telephone numbers and addresses in it are hidden; your name is never shown."),
    )
    key = forms.IntegerField(widget=forms.HiddenInput())

    def __init__(self, *args: Any, choice: bool, **rest: Any) -> None:
        super().__init__(*args, **rest)
        if not choice:
            del self.fields["is_public"]

    @property
    def chosen(self) -> Institution | None:
        """The institution the applicant named, or accepted; None leaves it to the office."""
        return self.cleaned_data["institution"] or self.cleaned_data["suggested"]
