"""The logs and what operators read of errors repeat nothing of what people wrote."""

import io
import logging
from logging.config import dictConfig

import pytest
from django.db import IntegrityError, connection, transaction

from madang.kernel.common.discretion import discreet, in_short

WROTE = "첫 줄\n\nDETAIL: 둘째 줄"


def failing_row():
    """A database error that repeats the row it refused."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE refused (text text CHECK (length(text) < 3)) ON COMMIT DROP")
        cursor.execute("INSERT INTO refused VALUES (%s)", [WROTE])


def test_an_error_of_the_database_does_not_repeat_the_row(db):
    with pytest.raises(IntegrityError) as caught:
        failing_row()
    assert "첫 줄" in str(caught.value), "PostgreSQL tells the row, or there is nothing to prove"
    told = in_short(caught.value)
    assert told.startswith("IntegrityError: new row for relation")
    assert "줄" not in told


def test_the_logs_as_they_are_configured_do_not_either(db, settings):
    out = io.StringIO()
    handler = settings.LOGGING["handlers"]["console"] | {"stream": out}
    dictConfig({**settings.LOGGING, "handlers": {"console": handler}, "root": {"level": "INFO"}, "loggers": {
        "madang.test": {"handlers": ["console"], "level": "DEBUG", "propagate": False},
    }})  # fmt: skip
    log = logging.getLogger("madang.test")
    try:
        failing_row()
    except IntegrityError:
        log.exception("filing for %s failed", "860101-1234563")
    try:
        int("010-1234-5678")
    except ValueError:
        log.exception("a number")
    log.debug("case %s of %s", "PET-26-0001234-7", "hong@example.org")
    written = out.getvalue()
    dictConfig(settings.LOGGING)
    for text in ("줄", "1234563", "5678", "hong"):
        assert text not in written
    assert written.count("Traceback") == 3, "a traceback is kept, and the one that caused it"
    assert "filing for ******-******* failed" in written
    assert "case PET-26-0001234-7 of ****@*******.***" in written


def test_what_says_nothing_of_anybody_stays():
    text = 'Traceback\n  File "x.py", line 3\nValueError: 2026-01-31 is no working day (line 1234567)'
    assert discreet(text) == text
