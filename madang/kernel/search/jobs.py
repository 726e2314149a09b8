"""The index is kept in order while nobody asks."""

from procrastinate.contrib.django import app

from madang.kernel.common.moment import nightly

from . import actions

# What has no events of its own: few, and changed by operators.
QUIET = ("procedure", "institution", "division")


@app.periodic(cron="*/5 * * * *")
@app.task(name="search.catch_up", queueing_lock="search.catch_up")
def catch_up(timestamp: int) -> None:
    """Indexes what was left waiting, and what changed without telling."""
    actions.catch_up()
    actions.reindex(QUIET)


@app.periodic(cron=nightly(2, 15))
@app.task(name="search.reindex", queueing_lock="search.reindex")
def reindex(timestamp: int) -> None:
    """Compares the whole index with what it repeats; every night."""
    actions.reindex()
