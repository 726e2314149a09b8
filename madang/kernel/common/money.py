"""Money is an integer of the currency's smallest unit: 12000 is 12,000 won, 1250 is 12.50 dollars."""

import re
import unicodedata

from babel.numbers import get_currency_precision
from django.conf import settings
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from .errors import Invalid

Won = int

# Where a language writes the unit behind the number; elsewhere the code stands before it.
_BEHIND = {("KRW", "ko"): "원"}


def format_money(amount: Won, language: str | None = None) -> str:
    """12000 -> "12,000원" in Korean, "KRW 12,000" in other languages (default: the one of the moment)."""
    decimals = get_currency_precision(settings.CURRENCY)
    whole, rest = divmod(abs(amount), 10**decimals)
    number = f"{'-' if amount < 0 else ''}{whole:,}" + (f".{rest:0{decimals}}" if decimals else "")
    unit = _BEHIND.get((settings.CURRENCY, (language or get_language() or settings.LANGUAGE_CODE)[:2]))
    return f"{number}{unit}" if unit else f"{settings.CURRENCY} {number}"


def parse_money(text: str) -> Won:
    """ "12,000원", "KRW 12,000", "₩12000" -> 12000. Raises Invalid for what is not clearly an amount."""
    decimals = get_currency_precision(settings.CURRENCY)
    plain = unicodedata.normalize("NFKC", text).replace(settings.CURRENCY, "").strip().lstrip("₩$€£¥").strip()
    for unit in _BEHIND.values():
        plain = plain.removesuffix(unit).strip()
    found = re.fullmatch(r"(-?)(\d{1,3}(?:,\d{3})+|\d{1,15})(?:\.(\d+))?", plain, re.ASCII)
    if not found or len(found[3] or "") > decimals:
        raise Invalid(
            "money.unreadable",
            _("“%(text)s” is not an amount of money."),
            remedy=_("Write a number such as 12,000."),
            text=text[:40],
        )
    amount = int(found[2].replace(",", "") + (found[3] or "").ljust(decimals, "0"))
    return -amount if found[1] else amount
