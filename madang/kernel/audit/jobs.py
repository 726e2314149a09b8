"""The log is sealed every minute, and proved at night."""

import logging

from procrastinate.contrib.django import app

from madang.kernel.common.moment import nightly

from .actions import sealing
from .queries import Verified, verify

log = logging.getLogger("madang.audit")


@app.periodic(cron="* * * * *")
@app.task(name="audit.seal", queueing_lock="audit.seal")
def seal(timestamp: int) -> None:
    """Seals what was recorded since the last time."""
    sealing.seal()


@app.periodic(cron=nightly(3, 10))
@app.task(name="audit.prove", queueing_lock="audit.prove")
def prove(timestamp: int) -> None:
    """Looks for anything that was changed, taken out or added; each finding is an error in the logs."""
    for found in verify():
        if not isinstance(found, Verified):
            log.error("the sealed log does not hold: %s", found)
