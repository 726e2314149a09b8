"""What machines ask that watch over the site: is it alive, may it be sent people, and what has it counted."""

import hmac
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import DatabaseError, InterfaceError, connection
from django.db.migrations.loader import MigrationLoader
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from prometheus_client import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from madang.kernel.audit.queries import unsealed
from madang.kernel.cases.queries import overdue_by_kind
from madang.kernel.common.errors import Refused
from madang.kernel.common.memory import Lately, remembered
from madang.kernel.common.metrics import told
from madang.kernel.events.queries import waiting_events, waiting_jobs

LOOPBACK = frozenset({"127.0.0.1", "::1"})
# Where one of these came along, somebody passed the request on, and its address is not its sender's.
PASSED_ON = ("HTTP_X_FORWARDED_FOR", "HTTP_FORWARDED", "HTTP_X_REAL_IP", "HTTP_VIA")


def health(request: HttpRequest) -> JsonResponse:
    """200 when the site can read its database."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return JsonResponse({"status": "ok"})


def ready(request: HttpRequest) -> JsonResponse:
    """200 when people may be sent to this process; else 503, with what it lacks."""
    missing = []
    if request.META.get("madang.ending"):
        missing.append("the process is being stopped")
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        if not _migrated():
            missing.append("migrations are not applied")
    except (DatabaseError, InterfaceError):
        missing.append("the database does not answer")
    answer = JsonResponse({"ready": not missing, "missing": missing}, status=503 if missing else 200)
    answer.headers["Cache-Control"] = "no-store"
    return answer


_applied = Lately(seconds=3600)


def _migrated() -> bool:
    """Whether the database has every table of this code; once it has, this is not asked again for an hour."""
    if connection.alias not in _applied:
        loader = MigrationLoader(connection)
        if loader.graph.nodes.keys() - loader.applied_migrations.keys():
            return False
        _applied.add(connection.alias)
    return True


def metrics(request: HttpRequest) -> HttpResponse:
    """Everything that is counted, for Prometheus: to who knows the token, or to this machine where there is none."""
    if not _may_read_metrics(request):
        raise Refused()
    return HttpResponse(told(_Now()), content_type=CONTENT_TYPE_PLAIN_0_0_4)


def _may_read_metrics(request: HttpRequest) -> bool:
    if settings.METRICS_TOKEN:
        given = request.headers.get("Authorization", "")
        return hmac.compare_digest(given.encode(), f"Bearer {settings.METRICS_TOKEN}".encode())
    passed_on = settings.BEHIND_PROXY or any(name in request.META for name in PASSED_ON)
    return request.META.get("REMOTE_ADDR") in LOOPBACK and not passed_on


@remembered(5.0)
def _found() -> list[tuple[str, str, dict[tuple[str, ...], float], tuple[str, ...]]]:
    """What the database says of this moment: name, what it means, values by labels, and the labels' names."""
    events, oldest_event = waiting_events()
    jobs, oldest_job = waiting_jobs()
    records, oldest_record = unsealed()
    overdue = overdue_by_kind()
    return [
        ("madang_outbox_events", "Events that wait to be told.", {(): events}, ()),
        ("madang_outbox_lag_seconds", "How long the oldest of them has waited.", {(): _age(oldest_event)}, ()),
        ("madang_jobs_waiting", "Jobs that are due.", {(name,): n for name, n in jobs.items()}, ("job",)),
        ("madang_jobs_lag_seconds", "How long the oldest of them has waited.", {(): _age(oldest_job)}, ()),
        ("madang_audit_unsealed_records", "Records that are not sealed yet.", {(): records}, ()),
        ("madang_audit_unsealed_seconds", "How old the oldest of them is.", {(): _age(oldest_record)}, ()),
        (
            "madang_clocks_overdue", "Running clocks past their legal moment, by kind of institution.",
            {(kind,): n for kind, n, _newly in overdue}, ("kind",),
        ),
        (
            "madang_clocks_overdue_last_hour", "Those of them that passed it within the last hour.",
            {(kind,): n for kind, _n, n in overdue}, ("kind",),
        ),
    ]  # fmt: skip


def _age(moment: datetime | None) -> float:
    return max(0.0, (timezone.now() - moment).total_seconds()) if moment else 0.0


class _Now(Collector):
    """What is found when Prometheus asks; without a database it still gets what was counted."""

    def collect(self) -> Iterator[Any]:
        try:
            found = _found()
        except (DatabaseError, InterfaceError):
            found = []
        answers = GaugeMetricFamily("madang_database_up", "Whether the database answered just now.")
        answers.add_metric([], float(bool(found)))
        yield answers
        for name, what, values, labels in found:
            family = GaugeMetricFamily(name, what, labels=labels)
            for label, value in values.items():
                family.add_metric(label, value)
            yield family
