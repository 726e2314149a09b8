"""When a handler that failed is tried again."""

from datetime import timedelta

LAST_ATTEMPT = 10
FIRST_PAUSE = timedelta(seconds=2)


def next_attempt(attempts: int) -> timedelta | None:
    """The pause after so many failed attempts: 2 seconds, doubling; None: given up, after about 17 minutes."""
    return None if attempts >= LAST_ATTEMPT else FIRST_PAUSE * 2 ** (attempts - 1)
