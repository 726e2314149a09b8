"""Drafts, tidied up at night."""

from procrastinate.contrib.django import app

from .actions import clear_drafts


@app.periodic(cron="35 3 * * *")
@app.task(name="procedures.tidy")
def tidy(timestamp: int) -> None:
    """Deletes forms that were begun and not touched for long."""
    clear_drafts()
