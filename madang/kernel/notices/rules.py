"""When a delivery is tried again, and how long things are kept. Pure: no Django, no clock."""

from datetime import timedelta

# Together about thirteen hours: a mail server that is away over night is no reason to give up.
_PAUSES = (
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=10),
)

# No channel takes so long: after this a delivery under way was cut off, and nobody knows how far it came.
STALE = timedelta(minutes=10)

# The case keeps what happened; the inbox is for reading it.
KEEP_NOTICES = timedelta(days=3 * 365)
KEEP_DEMO_MESSAGES = timedelta(days=30)


def next_attempt(attempts: int) -> timedelta | None:
    """The pause after so many failed attempts (from 1); None: given up, an operator decides."""
    return _PAUSES[attempts - 1] if attempts <= len(_PAUSES) else None


def cut(text: str, most: int, encoding: str) -> str:
    """The text if it has at most so many bytes in this encoding, else its beginning with an ellipsis."""
    if len(text.encode(encoding, "replace")) <= most:
        return text
    kept = text.encode(encoding, "replace")[: most - 3].decode(encoding, "ignore")
    return kept.rstrip() + "..."
