"""The language of definitions, and what follows from one. Pure: no Django, no clock, no files."""

from .fields import AnyField, FieldBase, Repeat, parts_of, repeat_of
from .problems import DefinitionError, Problem
from .procedure import Procedure
from .stages import Stage
from .texts import Localized

__all__ = [
    "AnyField",
    "DefinitionError",
    "FieldBase",
    "Localized",
    "Problem",
    "Procedure",
    "Repeat",
    "Stage",
    "parts_of",
    "repeat_of",
]
