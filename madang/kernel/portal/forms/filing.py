"""The last questions before a form is sent."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from madang.kernel.institutions.models import Institution
from madang.kernel.mandates.models import Mandate

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
    on_behalf_of = forms.ChoiceField(
        label=_("For whom do you send it?"),
        required=False,
        error_messages={"invalid_choice": _("This mandate does not hold any more. Choose for whom you send it.")},
        widget=forms.RadioSelect,
    )
    key = forms.IntegerField(widget=forms.HiddenInput())

    def __init__(self, *args: Any, choice: bool, mandates: Sequence[Mandate] = (), **rest: Any) -> None:
        super().__init__(*args, **rest)
        if not choice:
            del self.fields["is_public"]
        # It stays in the form where there is nobody to choose: what was chosen before must not be lost in silence.
        self.mandates = {one.number: one for one in mandates}
        principals = [
            (one.number, _("%(name)s (%(kind)s)") % {"name": one.for_whom, "kind": one.get_kind_display()})
            for one in mandates
        ]
        self.fields["on_behalf_of"].choices = [("", _("For myself")), *principals]  # type: ignore[attr-defined]
        self.for_another = bool(mandates)

    @property
    def chosen(self) -> Institution | None:
        """The institution the applicant named, or accepted; None leaves it to the office."""
        return self.cleaned_data["institution"] or self.cleaned_data["suggested"]

    @property
    def mandate(self) -> Mandate | None:
        """The mandate under which it is sent for another; None: for oneself."""
        return self.mandates.get(self.cleaned_data["on_behalf_of"])
