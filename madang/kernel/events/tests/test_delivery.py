"""Telling: after the commit, at least once, a failing handler by itself, and in plain sight of operators."""

from dataclasses import dataclass
from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from madang.kernel.audit.actions import action, record
from madang.kernel.audit.models import Record
from madang.kernel.common.errors import Conflict, Refused
from madang.kernel.events import contracts
from madang.kernel.events.actions import deliver, publish, retry, retry_now
from madang.kernel.events.models import Event, Failure
from madang.kernel.events.queries import health
from madang.kernel.events.rules import LAST_ATTEMPT, next_attempt
from madang.kernel.identity.models import Person


@dataclass(frozen=True)
class Happened:
    what: str


@action("tests.happen")
def happen(what, *, by=None, fail=False):
    publish(Happened(what))
    record("test", by=by)
    if fail:
        raise ZeroDivisionError


@action("tests.unrecorded")
def unrecorded(what, *, by=None):
    Person.objects.create(name=what)


@pytest.fixture
def heard(monkeypatch):
    """Two listeners: one notes what it hears, by rows of the database; the other fails while `broken` is set."""
    state = {"broken": False}
    monkeypatch.setattr(contracts, "LISTENERS", contracts.LISTENERS.copy())

    def note(event):
        Person.objects.create(name=f"note {event.what}")

    def fragile(event):
        Person.objects.create(name=f"fragile {event.what}")
        if state["broken"]:
            raise ValueError("broken")

    name = contracts.name_of(Happened)
    contracts.LISTENERS[name] = [
        contracts.Listener("tests.note", Happened, note),
        contracts.Listener("tests.fragile", Happened, fragile),
    ]
    monkeypatch.setattr("madang.kernel.events.actions.LISTENERS", contracts.LISTENERS)
    return state


def names():
    return sorted(Person.objects.values_list("name", flat=True))


@pytest.mark.django_db
def test_what_happened_is_told_to_everyone_once(heard):
    happen("a")
    assert names() == []
    assert deliver() == 1
    assert names() == ["fragile a", "note a"]
    assert deliver() == 0
    assert names() == ["fragile a", "note a"]


@pytest.mark.django_db
def test_what_was_rolled_back_is_never_told(heard):
    with pytest.raises(ZeroDivisionError):
        happen("a", fail=True)
    assert (Event.objects.count(), Record.objects.count(), deliver()) == (0, 0, 0)


@pytest.mark.django_db
def test_an_action_that_records_nothing_changes_nothing():
    with pytest.raises(RuntimeError, match="recorded nothing"):
        unrecorded("a")
    assert names() == []


@pytest.mark.django_db
def test_a_failing_handler_leaves_nothing_behind_and_is_tried_again(heard):
    heard["broken"] = True
    happen("a")
    deliver()
    assert names() == ["note a"]
    failure = Failure.objects.get()
    assert (failure.handler, failure.attempts, failure.error) == ("tests.fragile", 1, "ValueError: broken")
    assert health()["failed"] == 1
    assert retry() == 0  # not due yet
    Failure.objects.update(next_at=timezone.now())
    retry()
    failure.refresh_from_db()
    assert failure.attempts == 2
    heard["broken"] = False
    Failure.objects.update(next_at=timezone.now())
    retry()
    assert names() == ["fragile a", "note a"]
    assert not Failure.objects.exists()


@pytest.fixture
def given_up(db, heard):
    """A handler that failed for good."""
    heard["broken"] = True
    happen("a")
    deliver()
    Failure.objects.update(attempts=LAST_ATTEMPT - 1, next_at=timezone.now())
    retry()
    assert Failure.objects.get().next_at is None
    assert retry() == 0
    assert health()["given_up"] == 1
    heard["broken"] = False
    return Failure.objects.get()


def test_after_the_last_attempt_an_operator_decides(given_up, operator, client):
    client.force_login(operator.account)
    page = "/back-office/events/failure/"
    answer = client.post(page, {"action": "tell_again", "_selected_action": [given_up.pk]}, follow=True)
    assert "1" in str(next(iter(answer.context["messages"])))
    entry = Record.objects.get(action="events.retry_now")
    assert (entry.actor_id, entry.subject) == (operator.pk, f"events.failure:{given_up.pk}")
    assert entry.details == {"event": str(given_up.event_id), "handler": given_up.handler, "attempts": LAST_ATTEMPT}
    retry()
    assert set(names()) >= {"fragile a", "note a"}
    assert not Failure.objects.exists()


@pytest.mark.refuses("events.retry_now")
def test_nobody_but_an_operator_has_it_tried_again(given_up, stranger, manager):
    for other in (stranger, manager, None):
        with pytest.raises(Refused):
            retry_now(given_up, by=other)
    given_up.refresh_from_db()
    assert given_up.next_at is None
    assert not Record.objects.filter(action="events.retry_now").exists()


def test_what_succeeded_meanwhile_is_not_tried_again(given_up, operator):
    Failure.objects.all().delete()
    with pytest.raises(Conflict):
        retry_now(given_up, by=operator)
    assert not Record.objects.filter(action="events.retry_now").exists()


@pytest.mark.django_db(transaction=True)
def test_a_crash_while_telling_repeats_everything_or_nothing(heard):
    happen("a")

    def crash():
        deliver()
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt), transaction.atomic():
        crash()
    assert names() == []
    deliver()
    assert names() == ["fragile a", "note a"]


@pytest.fixture
def batches(heard, monkeypatch):
    """A listener in batches beside the other two; it notes what it hears and fails on “poison” while that is in it."""
    state = {"poison": "poison", "calls": []}

    def together(events):
        state["calls"].append([event.what for event in events])
        for event in events:
            if event.what == state["poison"]:
                raise ValueError(event.what)
            if event.what == "crash":
                raise KeyboardInterrupt
            Person.objects.create(name=f"together {event.what}")

    listeners = contracts.LISTENERS[contracts.name_of(Happened)]
    listeners.append(contracts.Listener("tests.together", Happened, together, batch=True))
    return state


def happen_all(*what):
    for one in what:
        happen(one)


@pytest.mark.django_db
def test_who_listens_in_batches_hears_all_at_once_and_in_order(batches):
    happen_all("b1", "a1", "a2", "b2")
    assert deliver() == 4
    assert batches["calls"] == [["b1", "a1", "a2", "b2"]]
    notes = Person.objects.filter(name__startswith="note").order_by("pk").values_list("name", flat=True)
    assert list(notes) == ["note b1", "note a1", "note a2", "note b2"]
    happen_all("a3", "a4", "a5")
    assert [deliver(limit=2), deliver(limit=2)] == [2, 1]
    assert batches["calls"][1:] == [["a3", "a4"], ["a5"]]


@pytest.mark.django_db
def test_one_bad_event_of_a_batch_harms_only_itself(batches, operator):
    happen_all("a", "poison", "b")
    assert deliver() == 3
    assert batches["calls"] == [["a", "poison", "b"], ["a"], ["poison"], ["b"]]
    assert [name for name in names() if name.startswith("together")] == ["together a", "together b"]
    assert len([name for name in names() if name.startswith(("note", "fragile"))]) == 6
    failure = Failure.objects.get()
    assert (failure.handler, failure.error) == ("tests.together", "ValueError: poison")
    batches["poison"] = None
    retry_now(failure, by=operator)
    assert (retry(), Failure.objects.count(), deliver()) == (1, 0, 0)
    assert [name for name in names() if name.startswith("together")] == ["together a", "together b", "together poison"]


@pytest.mark.django_db(transaction=True)
def test_a_crash_amid_a_batch_leaves_nothing_and_then_all_is_told_once(batches):
    happen_all("a", "crash", "b")
    with pytest.raises(KeyboardInterrupt):
        deliver()
    assert (names(), Event.objects.filter(told=False).count()) == ([], 3)
    Event.objects.filter(payload__what="crash").update(payload={"what": "mended"})
    assert (deliver(), deliver()) == (3, 0)
    assert names() == sorted(
        f"{who} {what}" for who in ("together", "note", "fragile") for what in ("a", "mended", "b")
    )


@pytest.mark.parametrize(("attempts", "pause"), [(1, 2), (2, 4), (9, 512), (10, None), (11, None)])
def test_pauses_double_and_end(attempts, pause):
    assert next_attempt(attempts) == (None if pause is None else timedelta(seconds=pause))
