"""Learning from corrections, every night."""

from procrastinate.contrib.django import app

from .actions import train


@app.periodic(cron="30 18 * * *")
@app.task(queueing_lock="petitions.train")
def learn(timestamp: int) -> None:
    """Trains the router anew on everything that was settled; nightly, at 03:30 in Seoul."""
    train(by=None)
