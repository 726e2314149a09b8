"""Files in forms. They are kept the moment they arrive, so a mistake elsewhere in the form costs no file.

    data = receive(request, by=person)                 # keeps what was uploaded, whatever else is wrong
    form = PetitionForm(data, ...)                     # with files = FilesField(person=person)
    form.cleaned_data["files"]                         # a list of File, to be attached by an action

The form carries the tokens of kept files in hidden inputs under the field's name; a draft keeps the
same tokens.
"""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from madang.kernel.common.errors import DomainError
from madang.kernel.identity.models import Person

from .actions import keep_file
from .models import File
from .queries import own_files
from .rules import ACCEPT_ATTRIBUTE, ACCEPTED, MAX_BYTES, MB

# Next to a field's own name, its inputs are called so.
REMOVE = "-remove"
REFUSED = "-refused"

MAX_FILES = 10


def receive(request: HttpRequest, *, by: Person) -> QueryDict:
    """Keeps the uploaded files of a form and returns its data with their tokens under their fields' names.

    Why a file was not kept is put under the field's name with `-refused`, where FilesField finds it; so one
    refused file stops neither the others nor the rest of the form.
    """
    data = request.POST.copy()
    for key in [key for key in data if key.endswith(REFUSED)]:
        del data[key]
    for name, uploads in request.FILES.lists():
        removed = set(data.pop(name + REMOVE, []))
        tokens = [token for token in data.getlist(name) if token not in removed]
        for upload in uploads:
            try:
                tokens.append(str(keep_file(upload, by=by).token))
            except DomainError as error:
                data.appendlist(name + REFUSED, str(error))
        data.setlist(name, tokens)
    return data


class FilesInput(forms.Widget):
    """Chosen files as a list from which each can be taken out, and an input that takes several more."""

    template_name = "documents/files_input.html"
    needs_multipart_form = True

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs)
        self.person: Person | None = None
        self.max_files = MAX_FILES

    def value_from_datadict(self, data: Any, files: Any, name: str) -> dict[str, list[str]]:
        def every(key: str) -> list[str]:
            return data.getlist(key) if isinstance(data, QueryDict) else list(data.get(key, []))

        removed = set(every(name + REMOVE))
        tokens = [token for token in every(name) if token and token not in removed]
        return {"tokens": tokens, "refused": every(name + REFUSED)}

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        return name not in data and name + REFUSED not in data

    def use_required_attribute(self, initial: Any) -> bool:
        return False

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, None, attrs)
        tokens = value["tokens"] if isinstance(value, dict) else [str(token) for token in value or []]
        given = context["widget"]["attrs"]
        return context | {
            "described_by": " ".join(filter(None, (given.get("aria-describedby"), f"{given.get('id')}_kinds"))),
            "invalid": given.get("aria-invalid"),
            "files": own_files(self.person, tokens),
            "remove_name": name + REMOVE,
            "accept": ACCEPT_ATTRIBUTE,
            "accepted": ACCEPTED,
            "max_files": self.max_files,
            "max_megabytes": MAX_BYTES // MB,
        }


class FilesField(forms.Field):
    """Files that a person has sent with this form, now or at an earlier attempt; cleans to a list of File.

    `initial` is a list of tokens, as a draft holds them.
    """

    widget = FilesInput
    default_error_messages = {
        "required": _("Attach at least one file."),
        "gone": _("A file you attached earlier is no longer here. Attach it again."),
    }

    def __init__(self, *, person: Person | None, max_files: int = MAX_FILES, **rest: Any) -> None:
        super().__init__(**rest)
        self.person = self.widget.person = person
        self.max_files = self.widget.max_files = max_files

    def clean(self, value: Any) -> list[File]:
        tokens: list[str] = list(dict.fromkeys(value["tokens"])) if value else []
        problems: list[Any] = list(value["refused"]) if value else []
        files = own_files(self.person, tokens)
        if len(files) < len(tokens):
            problems.append(self.error_messages["gone"])
        if len(files) > self.max_files:
            problems.append(
                ngettext_lazy("Attach at most %(number)d file.", "Attach at most %(number)d files.", self.max_files)
                % {"number": self.max_files}
            )
        if self.required and not files and not problems:
            problems.append(self.error_messages["required"])
        if problems:
            raise ValidationError(problems)
        return files

    def has_changed(self, initial: Iterable[Any] | None, data: Any) -> bool:
        return [str(token) for token in initial or []] != (data["tokens"] if data else [])
