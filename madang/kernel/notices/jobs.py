"""Deliveries, carried out off the request; those that got stuck, found again."""

from procrastinate.contrib.django import app

from madang.kernel.common.moment import nightly

from . import actions


@app.task(name="notices.deliver")
def deliver(delivery: str) -> None:
    """Sends one notice through one channel."""
    actions.deliver(delivery)


@app.periodic(cron="*/5 * * * *")
@app.task(name="notices.unstick")
def unstick(timestamp: int) -> None:
    """Puts interrupted deliveries before the operators and picks up those whose job was lost."""
    actions.doubt_stale()
    actions.pick_up()


@app.periodic(cron=nightly(3, 40))
@app.task(name="notices.tidy")
def tidy(timestamp: int) -> None:
    """Removes what is past keeping."""
    actions.clear_old()
