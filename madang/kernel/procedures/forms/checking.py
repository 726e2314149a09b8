"""The check of a whole form, for pages, programs and imports alike."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from madang.kernel.common.errors import Invalid
from madang.kernel.documents.queries import own_files
from madang.kernel.identity.models import Person

from ..rules import Procedure
from ..rules.answers import check
from ..rules.values import Wrong


def clean_data(procedure: Procedure, data: Any, person: Person | None, *, today: date | None = None) -> dict[str, Any]:
    """The answers to a form as they are kept: JSON of one spelling, without those that were not asked.

    Raises Invalid with the path of each field that is wrong (`members.1.name`; `form` for the whole). Files are
    tokens of files that this person has sent. `today` is the day in the office's time zone.
    """
    checked = check(procedure.form, data, today or timezone.localdate())
    wrong = messages(checked.wrong)
    for field in procedure.form:
        tokens = checked.data.get(field.id) if field.type == "file" else None
        if tokens and len(own_files(person, tokens)) < len(tokens):
            wrong[field.id] = [_("One of these files is not among those you sent. Send it again.")]
    if wrong:
        raise Invalid(fields=wrong)
    return checked.data


def messages(wrong: Mapping[str, Wrong]) -> dict[str, list[str]]:
    """What is wrong with each field, in the language of the moment."""
    return {path: [one.text(_)] for path, one in wrong.items()}
