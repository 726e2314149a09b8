"""What watches over the site is told: alive, ready, and what was counted; and nobody else is."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client
from django.utils import timezone

from madang.kernel.audit.actions import seal
from madang.kernel.cases.actions import assign, file
from madang.kernel.cases.models import Clock
from madang.kernel.common.errors import DomainError
from madang.kernel.common.memory import forget

pytestmark = pytest.mark.django_db
INSIDE = {"REMOTE_ADDR": "127.0.0.1"}


def value(client: Client, name: str, **labels: str) -> float:
    """A metric as Prometheus would see it; 0 where nothing was counted yet."""
    forget()
    text = client.get("/metrics/", **INSIDE).content.decode()
    for line in text.splitlines():
        if line.startswith((f"{name}{{", f"{name} ")) and all(f'{k}="{v}"' in line for k, v in labels.items()):
            return float(line.rpartition(" ")[2])
    return 0.0


def test_a_site_that_has_all_it_needs_is_ready(client: Client):
    assert client.get("/health/").json() == {"status": "ok"}
    answer = client.get("/ready/")
    assert (answer.status_code, answer.json()) == (200, {"ready": True, "missing": []})


def test_a_migration_that_is_not_applied_is_missing(client: Client):
    MigrationRecorder(connection).record_unapplied("cases", "0002_keys")
    answer = client.get("/ready/")
    assert (answer.status_code, answer.json()["missing"]) == (503, ["migrations are not applied"])


def test_a_process_that_is_being_stopped_is_not_ready(client: Client):
    answer = client.get("/ready/", **{"madang.ending": True})
    assert (answer.status_code, answer.json()["missing"]) == (503, ["the process is being stopped"])


@pytest.mark.django_db(transaction=True)
def test_without_a_database_it_is_not_ready_and_still_counts(client: Client):
    port = connection.settings_dict["PORT"]
    connection.close()
    connection.settings_dict["PORT"] = 1
    try:
        answer = client.get("/ready/")
        metrics = client.get("/metrics/", **INSIDE).content.decode()
    finally:
        connection.settings_dict["PORT"] = port
    assert (answer.status_code, answer.json()["missing"]) == (503, ["the database does not answer"])
    assert str(connection.settings_dict["PASSWORD"]) not in answer.content.decode()
    assert "madang_database_up 0.0" in metrics
    assert "madang_request_seconds_count" in metrics


def test_being_asked_costs_one_statement(client: Client, django_assert_num_queries):
    client.get("/ready/")
    with django_assert_num_queries(1):
        client.get("/ready/")


def test_metrics_are_for_this_machine_alone(client: Client, settings):
    assert client.get("/metrics/", **INSIDE).status_code == 200
    assert client.get("/metrics/", REMOTE_ADDR="192.0.2.7").status_code == 404
    assert client.get("/metrics/", **INSIDE, headers={"x-forwarded-for": "192.0.2.7"}).status_code == 404
    settings.BEHIND_PROXY = True
    assert client.get("/metrics/", **INSIDE).status_code == 404


def test_or_for_who_knows_the_token(client: Client, settings):
    settings.METRICS_TOKEN = "a-long-token"

    def asked(token: str, **where: str) -> int:
        return client.get("/metrics/", headers={"authorization": token}, **where).status_code

    assert asked("Bearer a-long-token", REMOTE_ADDR="192.0.2.7") == 200
    assert [asked(one, **INSIDE) for one in ("", "Bearer", "Bearer a-long-tokem", "Bearer 긴", "a-long-token")] == [
        404
    ] * 5


def test_requests_are_counted_by_route_and_never_by_address(client: Client):
    before = value(client, "madang_request_seconds_count", route="cases/<str:number>/", method="GET", status="4xx")
    client.get("/cases/PET-26-0000001-9/?q=zebra")
    client.get("/nowhere/at/all")
    assert (
        value(client, "madang_request_seconds_count", route="cases/<str:number>/", method="GET", status="4xx")
        == before + 1
    )
    assert value(client, "madang_request_seconds_count", route="unknown", status="4xx") >= 1
    text = client.get("/metrics/", **INSIDE).content.decode()
    assert not re.search("PET-26|nowhere|zebra", text)


def test_actions_are_counted_with_how_they_ended(client: Client, case, stranger, desk, officer):
    before = [
        value(client, "madang_action_seconds_count", action="cases.assign", outcome=o) for o in ("done", "refused")
    ]
    assign(case, by=desk, to=officer)
    with pytest.raises(DomainError):
        assign(case, by=stranger, to=officer)
    now = [value(client, "madang_action_seconds_count", action="cases.assign", outcome=o) for o in ("done", "refused")]
    assert now == [before[0] + 1, before[1] + 1]


def test_breaches_of_the_clock_are_counted_by_kind_of_institution(client: Client, version, citizen, town, ministry):
    data = {"title": "가로등", "body": "꺼져 있습니다"}
    first, second, _in_time = (file(version, by=citizen, data=data, institution=town) for _number in range(3))
    Clock.objects.filter(case=first).update(due_at=timezone.now() - timedelta(minutes=5))
    Clock.objects.filter(case=second).update(due_at=timezone.now() - timedelta(days=2))
    assert value(client, "madang_clocks_overdue", kind="city") == 2
    assert value(client, "madang_clocks_overdue_last_hour", kind="city") == 1
    assert value(client, "madang_clocks_overdue", kind="ministry") == 0
    Clock.objects.filter(case=first).update(ended_at=timezone.now())
    assert value(client, "madang_clocks_overdue", kind="city") == 1


def test_what_waits_is_told_with_its_age(client: Client, case):
    from procrastinate.contrib.django import app

    before = value(client, "madang_jobs_waiting", job="events.forget_what_was_told")
    app.configure_task("events.forget_what_was_told").defer(timestamp=0)
    assert value(client, "madang_outbox_events") >= 1
    assert value(client, "madang_jobs_waiting", job="events.forget_what_was_told") == before + 1
    assert value(client, "madang_jobs_lag_seconds") >= 0
    assert value(client, "madang_audit_unsealed_records") >= 1
    seal()
    assert value(client, "madang_audit_unsealed_records") == 0
