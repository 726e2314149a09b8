"""Numbers that name a person or an account: how they look, when they cannot be right, and how much of them is shown.

What holds in a country stands in its pack (`identifiers.json`); without, a number is anything of letters and digits.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from importlib import import_module
from typing import Any

from stdnum.exceptions import ValidationError

STARS = "******"
_BETWEEN = re.compile(r"[\s.\-]+")


@dataclass(frozen=True)
class Identifier:
    """One kind of number. `pattern` is met by its letters and digits alone; `groups` are written with hyphens between.

    `stdnum` is the module of python-stdnum that knows its date of birth and check digit. The check digit is asked for
    where `checked` is met and the date lies before `checked_if_born_before`: what was given out later has none.
    """

    example: str = ""
    pattern: str = "[0-9A-Z]{4,30}"
    groups: tuple[int, ...] = ()
    shown_first: int = 0
    shown_last: int = 0
    stdnum: str = ""
    checked: str = ""
    checked_if_born_before: date = date.max

    def tidy(self, typed: str) -> str | None:
        """The number in its one spelling; None for what has not its form."""
        plain = _BETWEEN.sub("", typed).upper()
        if not re.fullmatch(self.pattern, plain):
            return None
        if sum(self.groups) != len(plain):
            return _BETWEEN.sub("-", typed.strip()).upper()
        starts = [sum(self.groups[:at]) for at in range(len(self.groups))]
        return "-".join(plain[start : start + length] for start, length in zip(starts, self.groups, strict=True))

    def is_possible(self, number: str, today: date) -> bool:
        """Whether a tidy number can be right: its date of birth, and its check digit where it has one."""
        if not self.stdnum:
            return True
        known, plain = import_module(f"stdnum.{self.stdnum}"), _BETWEEN.sub("", number)
        try:
            born = known.get_birth_date(plain)
        except ValidationError:
            return False
        if born > today:
            return False
        checked = born < self.checked_if_born_before and re.match(self.checked, plain)
        return not checked or bool(known.is_valid(plain))

    def masked(self, number: str) -> str:
        """What of a tidy number is shown: its first or last letters and digits, and the hyphens."""
        places = [at for at, sign in enumerate(number) if sign != "-"]
        clear = {*places[: self.shown_first], *places[len(places) - self.shown_last :]}
        return "".join(sign if at in clear or sign == "-" else "*" for at, sign in enumerate(number))


TYPES = ("resident_number", "account_number")
_known: dict[str, Identifier] = dict.fromkeys(TYPES, Identifier())


def identifier(kind: str) -> Identifier:
    """How numbers of this kind are in this country."""
    return _known[kind]


def use_identifiers(pack: Mapping[str, Mapping[str, Any]]) -> None:
    """Says how the numbers of this country are; asked once when the site starts."""
    for kind, facts in pack.items():
        given = dict(facts)
        if "groups" in given:
            given["groups"] = tuple(given["groups"])
        if "checked_if_born_before" in given:
            given["checked_if_born_before"] = date.fromisoformat(given["checked_if_born_before"])
        _known[kind] = Identifier(**given)
