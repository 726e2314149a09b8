"""How the log names what it speaks of."""

from typing import Any


def name_of(subject: Any) -> str:
    """A row by its public number where it has one, else by table and key; a text is a name already."""
    if isinstance(subject, str):
        return subject
    return getattr(subject, "number", None) or f"{subject._meta.label_lower}:{subject.pk}"
