"""Public numbers: what people read out, write on forms and type in again. PET-26-0001234-7

Prefix of the service, two digits of the year, a sequence of at least seven digits, and a check digit by
Damm's method, which finds every single wrong digit and every swap of two neighbours.
"""

import re
import unicodedata
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _
from stdnum import damm

from .errors import Invalid

_PREFIX = re.compile(r"[A-Z]{1,6}", re.ASCII)
_SHAPE = re.compile(r"([A-Z]{1,6})(?:-(\d\d)-(\d{1,18})-(\d)|-?(\d\d)-?(\d{7,18})-?(\d))", re.ASCII)
_DASHES = re.compile(r"[\s\-\u00ad\u2010-\u2015\u2212_./·]+")


@dataclass(frozen=True, slots=True)
class PublicNumber:
    """A number that was read and whose check digit is right. str() gives the one written form."""

    prefix: str
    year: int
    sequence: int

    def __str__(self) -> str:
        year, sequence = f"{self.year:02}", f"{self.sequence:07}"
        return f"{self.prefix}-{year}-{sequence}-{_check(self.prefix, year + sequence)}"


def make(prefix: str, year: int, sequence: int) -> str:
    """make("PET", 2026, 1234) -> "PET-26-0001234-7". Prefix: 1 to 6 capital letters; sequence: 1 or more."""
    if not _PREFIX.fullmatch(prefix) or sequence < 1:
        raise ValueError(f"No public number can be made of {prefix!r}, {year!r}, {sequence!r}")
    return str(PublicNumber(prefix, year % 100, sequence))


def parse(text: str) -> PublicNumber:
    """Reads a number as people write it: lower case, spaces, other or missing dashes, full-width digits.

    With dashes the sequence may lack leading zeros. Raises Invalid for another shape or a wrong check digit.
    """
    plain = _DASHES.sub("-", unicodedata.normalize("NFKC", text).strip()).strip("-").upper()
    found = _SHAPE.fullmatch(plain)
    if not found:
        raise Invalid(
            "numbers.shape",
            _("“%(text)s” is not a number of ours."),
            remedy=_("Copy the whole number, for example %(example)s."),
            text=text[:40],
            example=make("PET", 2026, 1234),
        )
    prefix, year, sequence, digit = found[1], found[2] or found[5], found[3] or found[6], found[4] or found[7]
    number = PublicNumber(prefix, int(year), int(sequence))
    # The digits as they were written: a swap may have brought a zero to the front.
    if not number.sequence or _check(prefix, year + sequence.zfill(7)) != digit:
        raise Invalid(
            "numbers.check-digit",
            _("The number %(text)s has a mistyped digit."),
            remedy=_("Compare it with your receipt, digit by digit: one is wrong, or two have changed places."),
            text=plain,
        )
    return number


def _check(prefix: str, digits: str) -> str:
    letters = "".join(str(ord(letter) - 55) for letter in prefix)
    return str(damm.calc_check_digit(letters + digits))
