"""Files, tidied up at night."""

from procrastinate.contrib.django import app

from madang.kernel.common.moment import nightly

from .actions import clear_orphans, clear_unclaimed


@app.periodic(cron=nightly(3, 25))
@app.task(name="documents.tidy")
def tidy(timestamp: int) -> None:
    """Removes files of forms that nobody finished, and contents that belong to nothing."""
    clear_unclaimed()
    clear_orphans()
