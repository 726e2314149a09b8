"""Lengths of time, as definitions spell them: `{days: 7}`, `{hours: 3}`, `immediately`."""

from typing import Annotated, Any

from pydantic import BeforeValidator, ValidationInfo, WithJsonSchema

from madang.kernel.common.worktime import Period

from .problems import _, choose, refuse, wrong
from .texts import is_stored

IMMEDIATELY = "immediately"
UNITS = {"hours": "h", "days": "d", "weeks": "w", "months": "m", "years": "y", "calendar_days": "cd"}
MOST = 1000
_SCHEMA = {
    "anyOf": [
        {"const": IMMEDIATELY},
        {
            "type": "object",
            "properties": {unit: {"type": "integer", "minimum": 1, "maximum": MOST} for unit in UNITS},
            "additionalProperties": False,
            "minProperties": 1,
            "maxProperties": 1,
        },
    ]
}


def _read(value: Any, info: ValidationInfo) -> str:
    if value == IMMEDIATELY or (is_stored(info) and isinstance(value, str)):
        return str(Period.parse(value))
    if not isinstance(value, dict) or len(value) != 1:
        spellings = _("write one of: {hours: 3}, {days: 7}, {weeks: 2}, {months: 1}, {years: 1}, immediately.")
        refuse([wrong(_("“%(value)s” is not a length of time"), spellings, value=value)])
    ((unit, number),) = value.items()
    if unit not in UNITS:
        remedy, words = choose(unit, UNITS)
        message = _("“%(unit)s” is not a unit of time")
        refuse([wrong(message, remedy, str(unit), at_key=True, unit=unit, **words)])
    if type(number) is not int or not 1 <= number <= MOST:
        remedy = _("write a whole number from 1 to %(most)s.")
        message = _("“%(value)s” is not a number of %(unit)s")
        refuse([wrong(message, remedy, unit, value=number, unit=unit, most=MOST)])
    return str(Period(number, UNITS[unit]))


# Held as the short text that `common.worktime.Period.parse` reads: "7d", "3h", "immediately".
Term = Annotated[str, BeforeValidator(_read), WithJsonSchema(_SCHEMA)]
