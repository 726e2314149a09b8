"""Every minute, the tallies are put to the counters."""

from procrastinate.contrib.django import app

from .actions import fold


@app.periodic(cron="* * * * *")
@app.task(name="analytics.fold_tallies", queueing_lock="analytics.fold")
def fold_tallies(timestamp: int) -> None:
    """Keeps the tallies few, so that figures are read fast."""
    fold()
