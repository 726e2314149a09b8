"""Turns a template and the facts of a case into the words of a notice."""

import re
from collections.abc import Mapping
from functools import cache
from typing import Any

from django.conf import settings
from django.template import Context, Engine
from django.utils.translation import override

SUBJECT_LENGTH = 200
_HOLE = re.compile("\0(.*?)\0")


class MissingFactError(LookupError):
    """The template asks for what the context does not have. A notice with a hole is not sent."""


def compose(template: str, language: str, context: Mapping[str, Any]) -> tuple[str, str]:
    """Subject and body of `notices/<template>.<language>.txt`, found in any app; else in the site's language.

    The first line of the file is the subject. Raises MissingFactError when a blank cannot be filled.
    """
    names = [f"notices/{template}.{one}.txt" for one in (language.partition("-")[0], settings.LANGUAGE_CODE)]
    with override(language):
        text = _engine().select_template(names).render(Context(dict(context), autoescape=False))
    holes = sorted(set(_HOLE.findall(text)))
    if holes:
        raise MissingFactError(f"{names[0]} needs {', '.join(holes)}.")
    subject, _line, body = text.strip().partition("\n")
    body = re.sub(r"\n{3,}", "\n\n", re.sub(r"[ \t]+\n", "\n", body)).strip()
    return " ".join(subject.split())[:SUBJECT_LENGTH], body


@cache
def _engine() -> Engine:
    return Engine(
        app_dirs=True,
        string_if_invalid="\0%s\0",
        builtins=[f"{__package__}.words"],
    )
