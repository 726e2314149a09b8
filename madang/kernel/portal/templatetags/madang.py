"""`{% load madang %}`: every component of the design system. What each takes: docs/explanation/design-system.md."""

from django.template import Library

from . import blocks, charts, fields, marks

register = Library()
for part in (marks, blocks, fields, charts):
    register.tags |= part.library.tags
    register.filters |= part.library.filters
