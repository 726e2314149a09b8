"""Lengths of time, as definitions spell them: `{days: 7}`, `{hours: 3}`, `immediately`."""

from typing import Annotated, Any

from pydantic import BeforeValidator, ValidationInfo, WithJsonSchema

from .problems import Problem, _, choose, refuse
from .texts import is_stored

IMMEDIATELY = "immediately"
UNITS = {"hours": "h", "days": "d", "weeks": "w", "months": "m", "years": "y"}
_MOST = {"hours": 200, "days": 1000, "weeks": 200, "months": 120, "years": 100}
_SCHEMA = {
    "anyOf": [
        {"const": IMMEDIATELY},
        {
            "type": "object",
            "properties": {
                unit: {"type": "integer", "minimum": 1, "maximum": most} for unit, most in _MOST.items()
            },
            "additionalProperties": False,
            "minProperties": 1,
            "maxProperties": 1,
        },
    ]
}


def _read(value: Any, info: ValidationInfo) -> str:
    if value == IMMEDIATELY or (is_stored(info) and isinstance(value, str)):
        return str(value)
    spelling = _("write one of: {hours: 3}, {days: 7}, {weeks: 2}, {months: 1}, {years: 1}, immediately.")
    if not isinstance(value, dict) or len(value) != 1:
        refuse([Problem(_("“%(value)s” is not a length of time"), spelling, words={"value": value})])
    ((unit, number),) = value.items()
    if unit not in UNITS:
        remedy, words = choose(unit, UNITS)
        refuse(
            [
                Problem(
                    _("“%(unit)s” is not a unit of time"),
                    remedy,
                    (unit,),
                    words | {"unit": unit},
                    at_key=True,
                )
            ]
        )
    if type(number) is not int or not 1 <= number <= _MOST[unit]:
        remedy = _("write a whole number from 1 to %(most)s.")
        refuse(
            [
                Problem(
                    _("“%(value)s” %(unit)s is not a length of time"),
                    remedy,
                    (unit,),
                    {"value": number, "unit": unit, "most": _MOST[unit]},
                )
            ]
        )
    return f"{number}{UNITS[unit]}"


# Held as the short text that `common.worktime.Period.parse` reads: "7d", "3h", "immediately".
Term = Annotated[str, BeforeValidator(_read), WithJsonSchema(_SCHEMA)]
