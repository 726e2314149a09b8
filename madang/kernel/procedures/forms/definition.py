"""A definition pasted into the back office: published without a file and without a new release of the software."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ..models import Version
from ..queries import definition_files, examine, services
from ..rules import Procedure
from ..rules.source import MOST_CHARACTERS


class DefinitionForm(forms.ModelForm):
    """Takes the text of a definition, and tells every mistake with its line."""

    text = forms.CharField(
        label=gettext_lazy("Definition"),
        max_length=MOST_CHARACTERS,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 40, "cols": 110, "spellcheck": "false"}),
        help_text=gettext_lazy(
            "YAML, as docs/reference/procedures.md explains. Only for procedures that have no file in the software; "
            "new cases follow it as soon as it is published."
        ),
    )
    procedure: Procedure

    class Meta:
        model = Version
        fields: list[str] = []

    def clean_text(self) -> str:
        text: str = self.cleaned_data["text"]
        reading = examine(text)
        if reading.procedure is None:
            raise forms.ValidationError([_("Line %s") % line.removeprefix(":") for line in reading.lines("", _)])
        self.procedure = reading.procedure
        if self.procedure.service not in services():
            known = ", ".join(services())
            words = {"service": self.procedure.service, "known": known}
            raise forms.ValidationError(_("There is no service “%(service)s”. Services: %(known)s.") % words)
        for file in definition_files():
            if _id_in(file.path.read_text(encoding="utf-8")) == self.procedure.id:
                message = _("“%(id)s” is defined in the file %(file)s. Change it there.")
                raise forms.ValidationError(message % {"id": self.procedure.id, "file": file.path.name})
        return text

    def save(self, commit: bool = True) -> Version:
        """The row that the action of the back office will publish; nothing is written here."""
        return Version(procedure=self.procedure.id)

    def save_m2m(self) -> None:
        """There is nothing of the kind."""


def _id_in(text: str) -> Any:
    """The id that a file defines, whatever else is in it."""
    return next((line.split()[1] for line in text.splitlines() if line.startswith("id: ")), None)
