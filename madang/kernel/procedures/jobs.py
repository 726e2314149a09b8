"""Drafts, tidied up at night."""

from procrastinate.contrib.django import app

from madang.kernel.common.moment import nightly

from .actions import clear_drafts


@app.periodic(cron=nightly(3, 35))
@app.task(name="procedures.tidy")
def tidy(timestamp: int) -> None:
    """Deletes forms that were begun and not touched for long."""
    clear_drafts()
