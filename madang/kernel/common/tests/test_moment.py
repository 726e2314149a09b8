"""The moment things are written down at, and the hour of nightly work."""

from datetime import UTC, datetime

import pytest
from django.utils import timezone

from madang.kernel.common import moment


@pytest.mark.parametrize(
    ("zone", "hour", "minute", "cron"),
    [
        ("Asia/Seoul", 3, 30, "30 18 * * *"),
        ("Asia/Seoul", 9, 0, "0 0 * * *"),
        ("UTC", 3, 5, "5 3 * * *"),
        ("Asia/Kathmandu", 2, 15, "30 20 * * *"),
    ],
)
def test_nightly_work_is_done_at_night_on_the_clock_of_the_site(settings, zone, hour, minute, cron):
    settings.TIME_ZONE = zone
    assert moment.nightly(hour, minute) == cron


def test_what_happened_earlier_is_written_down_as_of_then():
    then = datetime(2019, 7, 1, 12, tzinfo=UTC)
    with moment.as_of(then):
        assert moment.now() == then
    assert abs((moment.now() - timezone.now()).total_seconds()) < 5
