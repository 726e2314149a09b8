"""The smallest parts of a definition: texts in every language, names, dates, lengths of time."""

import re
import unicodedata
from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    RootModel,
    StringConstraints,
    ValidationInfo,
    model_validator,
)

from .problems import Problem, Problems, _, choose, listed, refuse

LANGUAGES = ("ko", "en")
TODAY = "today"

Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$", max_length=40)]
Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=300)]


class Part(BaseModel):
    """A part of a definition: never changed once read, and without keys that nobody knows."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Localized(RootModel[dict[str, Line]]):
    """A text in every language of the site: `{ko: 전입신고, en: Move-in report}`."""

    model_config = ConfigDict(
        frozen=True,
        json_schema_extra={
            "properties": {
                language: {"type": "string", "minLength": 1, "maxLength": 300} for language in LANGUAGES
            },
            "required": list(LANGUAGES),
        },
    )

    @model_validator(mode="before")
    @classmethod
    def _one_text_is_not_enough(cls, value: Any, info: ValidationInfo) -> Any:
        if isinstance(value, str):
            example = ", ".join(f"{language}: …" for language in languages_of(info) or LANGUAGES)
            raise Problems(
                [
                    Problem(
                        _("this text is in one language only"),
                        _("write it in each language: {%(example)s}."),
                        words={"example": example},
                    )
                ]
            )
        return value

    @model_validator(mode="after")
    def _every_language(self, info: ValidationInfo) -> "Localized":
        wanted = languages_of(info)
        if wanted is None:
            return self
        problems = []
        for language in self.root.keys() - set(wanted):
            remedy, words = choose(language, wanted)
            problems.append(
                Problem(
                    _("“%(language)s” is not a language of this site"),
                    remedy,
                    (language,),
                    words | {"language": language},
                    at_key=True,
                )
            )
        missing = [language for language in wanted if language not in self.root]
        if missing:
            words = {"missing": listed(missing)}
            problems.append(
                Problem(
                    _("the text is missing in: %(missing)s"),
                    _("add “%(missing)s: …” beside the others."),
                    words=words,
                )
            )
        refuse(problems)
        return self

    def text(self, language: str | None = None) -> str:
        """The text in a language (`ko`, `en-gb`); in the first one it has when that is missing."""
        for code in (language or "", (language or "").split("-")[0]):
            if code in self.root:
                return self.root[code]
        return next(iter(self.root.values()))


def localized(ko: str, en: str) -> Localized:
    """A text that comes with the platform, for `Localized` keys that were left out."""
    return Localized.model_construct({"ko": ko, "en": en})


def languages_of(info: ValidationInfo) -> Sequence[str] | None:
    """The languages a definition must be written in; None for a stored version, which keeps those it was published in."""
    return LANGUAGES if info.context is None else info.context.get("languages", LANGUAGES)


def is_stored(info: ValidationInfo) -> bool:
    """Whether a published version is read back, rather than a definition that somebody writes."""
    return bool(info.context and info.context.get("stored"))


def tidy(text: str) -> str:
    """One spelling for what looks the same: composed characters (Macs send 한 as three), line feeds only, no blanks around."""
    return unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n")).strip()


_BROKEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")


def is_broken(text: str) -> bool:
    """Whether a text has characters that no person types: control characters, NUL, halves of surrogate pairs."""
    return _BROKEN.search(text) is not None


def _bound(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    if value == TODAY:
        return value
    try:
        return date.fromisoformat(value).isoformat()
    except (TypeError, ValueError):
        raise Problems(
            [
                Problem(
                    _("“%(value)s” is not a date"),
                    _("write `today` or a date as 2026-01-31."),
                    words={"value": value},
                )
            ]
        ) from None


DateBound = Annotated[
    str,
    BeforeValidator(_bound),
    Field(json_schema_extra={"pattern": r"^(today|\d{4}-\d\d-\d\d)$"}),
]
