"""One answer to one plain field: from what a page or a program sends to what is kept, or why not.

What is kept is JSON of one spelling: tidy text, numbers, dates as 2026-01-31, no empty answers.
"""

import re
import unicodedata
from collections.abc import Callable
from datetime import date
from typing import Any

from .fields import (
    ChoiceField,
    ChoicesField,
    DateField,
    FieldBase,
    FileField,
    MoneyField,
    NumberField,
    TextareaField,
    TextField,
)
from .identifiers import identifier
from .problems import _
from .texts import is_broken, read_date, tidy

# No number of a form is larger; every program and JavaScript counts exactly up to here.
LARGEST = 10**15
_NUMBER = re.compile(r"[-+]?([0-9]{1,16}|[0-9]{1,3}(,[0-9]{3}){1,5})(\.[0-9]{1,16})?")
_EMAIL = re.compile(r"[^\s@<>()\[\],;:\\\"]{1,64}@[^\s@<>()\[\],;:\\\"/]+\.[^\s@<>()\[\],;:\\\"/.]{2,}")
_REFERENCE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")


class Wrong(Exception):
    """Why an answer is not accepted: a message to translate, and its words."""

    def __init__(self, message: str, **words: Any) -> None:
        self.message, self.words = message, words
        super().__init__(message)

    def text(self, translate: Callable[[str], str] = _) -> str:
        """The message in one language."""
        return translate(self.message) % self.words


REQUIRED = _("Answer this question.")
NOT_TEXT = _("Write text here.")


def _text(value: Any, most: int, *, lines: bool = False) -> str | None:
    if not isinstance(value, str):
        raise Wrong(NOT_TEXT)
    # Composing may shorten a text to a third; what is longer than that is not worth composing.
    if len(value) <= 4 * most + 1000:
        if is_broken(value):
            raise Wrong(_("The text contains invisible control characters. Type it again instead of pasting it."))
        value = tidy(value) if lines else " ".join(tidy(value).split())
    if len(value) > most:
        raise Wrong(_("Shorten this to %(most)s characters; it has %(length)s."), most=most, length=len(value))
    return value or None


def _read_text(one: TextField, value: Any, today: date) -> str | None:
    return _text(value, one.max_length)


def _read_textarea(one: TextareaField, value: Any, today: date) -> str | None:
    return _text(value, one.max_length, lines=True)


def _read_number(one: NumberField | MoneyField, value: Any, today: date) -> int | float | None:
    decimals = one.decimals if isinstance(one, NumberField) else 0
    least = -LARGEST if one.min is None else one.min
    most = LARGEST if one.max is None else one.max
    if isinstance(value, str) and len(value) <= 40:
        plain = unicodedata.normalize("NFKC", value).strip().replace("−", "-")
        if not plain:
            return None
        if _NUMBER.fullmatch(plain):
            plain = plain.replace(",", "")
            value = float(plain) if "." in plain else int(plain)
    if isinstance(value, bool) or not isinstance(value, (int, float)) or value != value:
        raise Wrong(_("Write a number in digits, for example 1200."))
    if value < least:
        raise Wrong(_("The smallest number here is %(least)s."), least=least)
    if value > most:
        raise Wrong(_("The largest number here is %(most)s."), most=most)
    if round(value, decimals) != value:
        if not decimals:
            raise Wrong(_("Write a whole number."))
        raise Wrong(_("Write at most %(decimals)s digits after the point."), decimals=decimals)
    return int(value) if value == int(value) else value


def _read_day(one: DateField, value: Any, today: date) -> str | None:
    if value == "":
        return None
    day = read_date(value.strip() if isinstance(value, str) else value)
    if day is None:
        raise Wrong(_("Write the date as year-month-day, for example 2026-01-31."))
    earliest, latest = one.bounds(today)
    if earliest and day < earliest:
        raise Wrong(_("The earliest day here is %(day)s."), day=earliest.isoformat())
    if latest and day > latest:
        raise Wrong(_("The latest day here is %(day)s."), day=latest.isoformat())
    return day.isoformat()


def _read_choice(one: ChoiceField, value: Any, today: date) -> str | None:
    if value == "":
        return None
    if not isinstance(value, str) or value not in one.values:
        raise Wrong(_("Choose one of the answers."))
    return value


def _read_choices(one: ChoicesField, value: Any, today: date) -> list[str] | None:
    values = [value] if isinstance(value, str) else value
    if not isinstance(values, (list, tuple)):
        raise Wrong(_("Choose from the answers."))
    values = [answer for answer in values if answer != ""]
    if not all(isinstance(answer, str) and answer in one.values for answer in values):
        raise Wrong(_("Choose from the answers."))
    return [answer for answer in one.values if answer in values] or None


def _read_yesno(one: FieldBase, value: Any, today: date) -> bool | None:
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and value.strip().lower() in ("", "true", "false"):
        return {"": None, "true": True, "false": False}[value.strip().lower()]
    raise Wrong(_("Choose yes or no."))


def _read_email(one: FieldBase, value: Any, today: date) -> str | None:
    address = _text(value, 254)
    if address and not _EMAIL.fullmatch(address):
        raise Wrong(_("Write the whole e-mail address, for example name@example.org."))
    return address


def _read_phone(one: FieldBase, value: Any, today: date) -> str | None:
    typed = _text(value, 40)
    if typed is None:
        return None
    number = re.sub(r"[\s().\-]", "", typed)
    if not re.fullmatch(r"\+?[0-9]{3,15}", number):
        raise Wrong(_("Write the telephone number in digits, for example 010-1234-5678."))
    return re.sub(r"[\s().\-]+", "-", typed).strip("-")


def _read_identifier(one: FieldBase, value: Any, today: date) -> str | None:
    typed = _text(value, 40)
    if typed is None:
        return None
    known = identifier(one.type)
    number = known.tidy(unicodedata.normalize("NFKC", typed))
    if number is None:
        raise Wrong(_("Write the number in full, for example %(example)s."), example=known.example or "A1234567")
    if not known.is_possible(number, today):
        raise Wrong(_("There is no such number. Compare it digit by digit."))
    return number


def _read_files(one: FileField, value: Any, today: date) -> list[str] | None:
    references = [value] if isinstance(value, str) and value else value or []
    if not isinstance(references, (list, tuple)):
        raise Wrong(_("Name uploaded files here."))
    if not all(isinstance(name, str) and _REFERENCE.fullmatch(name) for name in references):
        raise Wrong(_("Name uploaded files here."))
    unique = list(dict.fromkeys(references))
    if len(unique) > one.max_files:
        raise Wrong(_("Attach at most %(most)s files."), most=one.max_files)
    return unique or None


READERS: dict[str, Callable[[Any, Any, date], Any]] = {
    "text": _read_text,
    "textarea": _read_textarea,
    "number": _read_number,
    "money": _read_number,
    "date": _read_day,
    "choice": _read_choice,
    "choices": _read_choices,
    "yesno": _read_yesno,
    "email": _read_email,
    "phone": _read_phone,
    "resident_number": _read_identifier,
    "account_number": _read_identifier,
    "file": _read_files,
}
