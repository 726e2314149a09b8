"""Hides in free text what must not be public: telephone numbers, e-mails, numbers of persons and accounts.

Each hidden digit or letter becomes a star, so a text keeps its length and shows that something was there.
A number that could be anything (a date, an amount, a law, a case, the switchboard of an office) stays.
"""

import re
from collections.abc import Callable

# Full-width signs, one for one, so that a place in the plain text is the same place in the original.
_PLAIN = str.maketrans("０１２３４５６７８９＠＋－．（）＊‐‑‒–—―−ー", "0123456789@+-.()*--------")
_WIDE = re.compile("[" + "".join(map(chr, _PLAIN)) + "]")

_BETWEEN = r"[ \t\u00a0.·()\-]{0,3}"
_ALONE = r"(?<![\dA-Za-z])(?<!\d[\-.,/])"
_END = r"(?!\d)"

# Seven digits with little between them: a text without is left alone at once.
_NUMBERS = re.compile(rf"\d(?:{_BETWEEN}[\d*]){{6}}")

_EMAIL = re.compile(
    r"(?<![A-Za-z0-9._%+\-])[A-Za-z0-9._%+\-]{1,64}@(?:[A-Za-z0-9\-]{1,63}\.){1,8}[A-Za-z]{2,24}", re.ASCII
)

# Six digits of a birth date, then seven, the first of which tells century and sex; foreigners have 5 to 8.
# Since 2020 the rest carries no check digit, so none is asked for. The tail may be starred already.
_PERSON = re.compile(
    rf"{_ALONE}\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?:[ ]?-[ ]?\d[\d*]{{6}}|[ ]?[1-8]\d{{6}}){_END}",
    re.ASCII,
)

_CARD = re.compile(
    rf"{_ALONE}(?:\d{{4}}([ \-]?)\d{{4}}\1\d{{4}}\1\d{{4}}|3[47]\d\d([ \-]?)\d{{6}}\2\d{{5}})(?![\d\-])",
    re.ASCII,
)

_PHONE = re.compile(
    rf"""{_ALONE}(?:
      \(?0(?:1[016-9]|2|[3-6][1-5]|[78]0|50\d)\)?{_BETWEEN}\d{{3,4}}{_BETWEEN}\d{{4}}    # 010, 02, 031, 070
    | \(\d{{3}}\)[ ]?\d{{3}}-\d{{4}} | \d{{3}}-\d{{3}}-\d{{4}}                           # North America
    ){_END}
    | (?<![\w+])(?:\+|00(?=82))[1-9](?:[ .()\-]{{0,2}}\d){{7,13}}{_END}                  # international
    """,
    re.ASCII | re.VERBOSE,
)

_ACCOUNT = re.compile(r"(?<![\w\-./])\d{2,6}-\d{2,6}-\d{1,8}(?:-\d{1,3})?(?![\d\-])", re.ASCII)

# What stands behind a word that says what it is needs no shape of its own.
_NAMED = re.compile(
    r"(?:(?:전화|연락처|휴대폰|핸드폰|팩스|\btel\b|\bphone\b|\bmobile\b|\bfax\b|\bH\.?P\b)[^\d\n]{0,8}"
    r"(?P<local>(?!1[5-8]\d\d)\d{3,4}[ .\-]{1,2}\d{4})"
    r"|(?:계좌|은행|뱅크|농협|신협|우체국|\baccount\b|\bbank\b)[^\d\n]{0,15}(?P<account>\d{10,14}))(?!\d)",
    re.ASCII | re.IGNORECASE,
)
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")


def mask(text: str) -> str:
    """The text with private numbers and addresses starred out; the same text when it has none."""
    plain = text.translate(_PLAIN) if _WIDE.search(text) else text
    masked = plain
    if "@" in plain:
        masked = _EMAIL.sub(_letters, masked)
    if _NUMBERS.search(plain):
        masked = _PERSON.sub(_digits, masked)
        masked = _CARD.sub(_if(_is_card), masked)
        masked = _PHONE.sub(_digits, masked)
        masked = _ACCOUNT.sub(_if(_is_account), masked)
        masked = _NAMED.sub(_named, masked)
    if masked == plain:
        return text
    return "".join(
        hidden if hidden != shown else original for original, shown, hidden in zip(text, plain, masked, strict=True)
    )


def mask_name(name: str) -> str:
    """홍길동 -> 홍*동, 이산 -> 이*, John Smith -> J*** S****."""
    return " ".join(_mask_word(word) for word in name.split())


def _mask_word(word: str) -> str:
    if len(word) < 3 or word.isascii():
        return word[:1] + "*" * (len(word) - 1)
    return word[0] + "*" * (len(word) - 2) + word[-1]


def _digits(found: re.Match[str]) -> str:
    return re.sub(r"\d", "*", found[0])


def _letters(found: re.Match[str]) -> str:
    return re.sub(r"[^@.]", "*", found[0])


def _named(found: re.Match[str]) -> str:
    start, end = (at - found.start() for at in found.span(found.lastgroup or 0))
    return found[0][:start] + re.sub(r"\d", "*", found[0][start:end]) + found[0][end:]


def _if(sure: Callable[[str], bool]) -> Callable[[re.Match[str]], str]:
    return lambda found: _digits(found) if sure(found[0]) else found[0]


def _is_card(number: str) -> bool:
    """Groups that are not all years; without groups, the check digit (Luhn) tells a card from the rest."""
    if not number.isdigit():
        return len(_YEAR.findall(number)) < 4
    doubled = (int(digit) * (1 + place % 2) for place, digit in enumerate(reversed(number)))
    return sum(digit - 9 * (digit > 9) for digit in doubled) % 10 == 0


def _is_account(number: str) -> bool:
    """11 to 14 digits in groups, none of them a year: that would be the number of a permit or a case."""
    return 11 <= sum(map(str.isdigit, number)) <= 14 and not _YEAR.search(number)
