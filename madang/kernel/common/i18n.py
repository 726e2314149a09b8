"""Texts that carry their own translations, as definitions and rows of the country pack do."""

from collections.abc import Mapping

from django.conf import settings
from django.utils.translation import get_language


def text(localized: Mapping[str, str] | str, language: str | None = None) -> str:
    """The text in `language` (default: the language of the moment), else in the site's, else in any it has.

    A plain string is the same in every language. "en-gb" finds "en".
    """
    if isinstance(localized, str):
        return localized
    wanted = language or get_language() or settings.LANGUAGE_CODE
    for key in (wanted, wanted.partition("-")[0], settings.LANGUAGE_CODE):
        if found := localized.get(key):
            return found
    return next((value for value in localized.values() if value), "")
