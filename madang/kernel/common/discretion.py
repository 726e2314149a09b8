"""What the system writes about itself names no person: no row that a database error repeats, no number in a message."""

import logging
import re
import traceback

from .privacy import mask

# What PostgreSQL adds to an error repeats what was sent: "Failing row contains (…)", "Key (login)=(…) already exists".
_REPEATED = re.compile(
    r"\n(DETAIL|CONTEXT|STATEMENT|QUERY):.*?(?=\n\n(?:The above exception was|During handling of)|\Z)", re.DOTALL
)


def discreet(text: str) -> str:
    """A message or traceback without what it repeats of people's data."""
    return mask(_REPEATED.sub("", text))


def in_short(error: BaseException) -> str:
    """An error by its kind and what it says, for operators to read."""
    return f"{type(error).__name__}: {discreet(str(error))}".strip()


class Discreet(logging.Filter):
    """Makes every line of the logs discreet, whoever writes it."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = discreet(record.getMessage()), None
        if record.exc_info and record.exc_info[1]:
            record.exc_text = discreet("".join(traceback.format_exception(*record.exc_info)).rstrip())
            record.exc_info = None
        return True
