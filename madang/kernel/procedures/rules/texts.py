"""The smallest parts of a definition: texts in every language, names, dates."""

import re
import unicodedata
from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    RootModel,
    StringConstraints,
    ValidationInfo,
    WithJsonSchema,
    model_validator,
)

from .problems import _, choose, listed, refuse, wrong

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
        json_schema_extra={"required": list(LANGUAGES), "propertyNames": {"enum": list(LANGUAGES)}},
    )

    @model_validator(mode="before")
    @classmethod
    def _is_whole(cls, value: Any, info: ValidationInfo) -> Any:
        if isinstance(value, str):
            example = ", ".join(f"{language}: …" for language in languages_of(info) or LANGUAGES)
            remedy = _("write it in each language: {%(example)s}.")
            refuse([wrong(_("this text is in one language only"), remedy, example=example)])
        # YAML reads {ko: 언제, 얼마나, en: When} as three keys.
        wanted = languages_of(info)
        empty = [key for key, text in value.items() if text is None] if isinstance(value, dict) else []
        cut = [key for key in empty if wanted is not None and key not in wanted]
        if cut:
            message = _("the text is cut off at the comma before “%(rest)s”")
            refuse([wrong(message, _("put a text that contains a comma in quotes."), cut[0], at_key=True, rest=cut[0])])
        return {key: text for key, text in value.items() if text is not None} if empty else value

    @model_validator(mode="after")
    def _every_language(self, info: ValidationInfo) -> "Localized":
        wanted = languages_of(info)
        if wanted is None:
            return self
        problems = []
        for language in sorted(self.root.keys() - set(wanted)):
            remedy, words = choose(language, wanted)
            message = _("“%(language)s” is not a language of this site")
            problems.append(wrong(message, remedy, language, at_key=True, language=language, **words))
        missing = [language for language in wanted if language not in self.root]
        if missing:
            remedy = _("add “%(missing)s: …” beside the others.")
            problems.append(wrong(_("the text is missing in: %(missing)s"), remedy, missing=listed(missing)))
        refuse(problems)
        return self

    def text(self, language: str | None = None) -> str:
        """The text in a language (`ko`, `en-gb`); in the first one it has when that is missing."""
        for code in (language or "", (language or "").split("-")[0]):
            if code in self.root:
                return self.root[code]
        return next(iter(self.root.values()))


def localized(ko: str, en: str) -> Localized:
    """A text that comes with the platform."""
    return Localized.model_construct({"ko": ko, "en": en})


def languages_of(info: ValidationInfo) -> Sequence[str] | None:
    """The languages a definition must be written in; None for a stored version, which keeps its own."""
    return LANGUAGES if info.context is None else info.context.get("languages", LANGUAGES)


def is_stored(info: ValidationInfo) -> bool:
    """Whether a published version is read back, rather than a definition that somebody writes."""
    return bool(info.context and info.context.get("stored"))


def tidy(text: str) -> str:
    """One spelling for what looks the same: composed characters (some send 한 as three), line feeds only."""
    return unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n")).strip()


_BROKEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")


def is_broken(text: str) -> bool:
    """Whether a text has what no person types: NUL and other control characters, halves of surrogate pairs."""
    return _BROKEN.search(text) is not None


def read_date(text: Any) -> date | None:
    """2026-01-31 as a date; None for anything else."""
    if isinstance(text, str) and re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        try:
            return date.fromisoformat(text)
        except ValueError:
            return None
    return text if type(text) is date else None


def _bound(value: Any) -> str:
    day = read_date(value)
    if value != TODAY and day is None:
        refuse([wrong(_("“%(value)s” is not a date"), _("write `today` or a date as 2026-01-31."), value=value)])
    return day.isoformat() if day else TODAY


_DATE = {"type": "string", "pattern": r"^(today|[0-9]{4}-[0-9]{2}-[0-9]{2})$"}
DateBound = Annotated[str, BeforeValidator(_bound), WithJsonSchema(_DATE)]
