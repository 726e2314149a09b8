"""Inputs of the portal's own pages."""

from .fields import InstitutionField, PlaceField
from .filing import FilingForm
from .moves import ALWAYS, APPLICANT, OFFICE, EmptyForm, MoveForm
from .styleguide import PersonForm, StyleguideForm

__all__ = [
    "ALWAYS",
    "APPLICANT",
    "OFFICE",
    "EmptyForm",
    "FilingForm",
    "InstitutionField",
    "MoveForm",
    "PersonForm",
    "PlaceField",
    "StyleguideForm",
]
