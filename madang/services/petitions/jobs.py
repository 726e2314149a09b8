"""Learning from corrections, every night."""

from procrastinate.contrib.django import app

from madang.kernel.common.moment import nightly

from .actions import train


@app.periodic(cron=nightly(3, 30))
@app.task(name="petitions.learn", queueing_lock="petitions.train")
def learn(timestamp: int) -> None:
    """Trains the router anew on everything that was settled; every night."""
    train(by=None)
