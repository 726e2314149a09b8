"""Old letters are thrown away."""

from datetime import timedelta

from django.utils import timezone
from procrastinate.contrib.django import app
from procrastinate.exceptions import UniqueViolation
from procrastinate.jobs import Status

from madang.kernel.common.moment import nightly

from .actions import forget
from .models import Receipt

KEPT = timedelta(days=30)


@app.periodic(cron=nightly(4, 15))
@app.task(name="events.forget_what_was_told", queueing_lock="events.forget")
def forget_what_was_told(timestamp: int) -> None:
    """Clears delivered events and receipts of requests after thirty days; nobody repeats a request that late."""
    forget(KEPT)
    Receipt.objects.filter(at__lt=timezone.now() - KEPT).delete()


@app.periodic(cron="*/2 * * * *")
@app.task(name="events.take_up_stalled_jobs", queueing_lock="events.stalled", pass_context=True)
async def take_up_stalled_jobs(context, timestamp: int) -> None:  # type: ignore[no-untyped-def]
    """Jobs whose worker was killed are carried out by another."""
    manager = context.app.job_manager
    for job in await manager.get_stalled_jobs():
        try:
            await manager.retry_job(job)
        except UniqueViolation:
            # The same work was asked for again and waits already; it need not be done twice.
            await manager.finish_job(job, Status.ABORTED, delete_job=False)
