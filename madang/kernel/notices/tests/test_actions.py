from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.core import mail
from django.db import connection, transaction
from django.utils import timezone
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

from madang.kernel.audit.queries import about
from madang.kernel.common.errors import Conflict, Refused
from madang.kernel.notices import actions, jobs
from madang.kernel.notices.actions import (
    choose_channels,
    clear_old,
    doubt_stale,
    mark_all_read,
    mark_read,
    notify,
    pick_up,
    resend,
)
from madang.kernel.notices.engine import NotSentError
from madang.kernel.notices.engine.texts import MissingFactError
from madang.kernel.notices.models import Delivery, DemoMessage, Notice
from madang.kernel.notices.queries import page_of, unread_count, visible_to
from madang.kernel.notices.rules import STALE

from .smtp import mail_server


def run_jobs():
    """Carries out every job that is due, as the worker does."""
    due = ProcrastinateJob.objects.filter(status="todo", task_name="notices.deliver")
    for job in due.exclude(scheduled_at__gt=timezone.now()):
        ProcrastinateJob.objects.filter(pk=job.pk).update(status="doing")
        jobs.deliver(**job.args)
        ProcrastinateJob.objects.filter(pk=job.pk).update(status="succeeded")


def planned(delivery):
    """The jobs there are, or were, for a delivery."""
    return ProcrastinateJob.objects.filter(task_name="notices.deliver", args={"delivery": str(delivery.pk)})


def only(channel="pigeon"):
    return Delivery.objects.get(channel=channel)


# Telling


def test_a_notice_lies_in_the_inbox_at_once_in_the_readers_language(reader, somebody_else, tell, carrier):
    tell(reader, link="/cases/1/", case_number="M-1")
    tell(somebody_else, key="k2")
    notice = visible_to(reader).get()
    assert (notice.subject, notice.body) == ("안녕하세요, 김민지 님", "소식 <b>&")
    assert (notice.link, notice.case_number, notice.read_at) == ("/cases/1/", "M-1", None)
    assert visible_to(somebody_else).get().subject == "Hello James"
    assert not visible_to(None).exists()


def test_telling_is_recorded(reader, tell, carrier):
    (line,) = about(tell(reader))
    assert (line.action, line.actor_id) == ("notices.notify", None)
    assert "소식" not in str(line.details)


@pytest.mark.refuses("notices.notify")
def test_people_do_not_send_official_notices(reader, somebody_else, templates):
    with pytest.raises(Refused), transaction.atomic():
        notify(reader, "hello", {"news": "pay me"}, key="k", by=somebody_else)
    assert not Notice.objects.exists()


def test_the_same_key_tells_once(reader, tell, carrier):
    first, second = tell(reader), tell(reader)
    assert first == second
    run_jobs()
    run_jobs()
    assert len(carrier.carried) == 1


@pytest.mark.django_db(transaction=True)
def test_two_who_tell_the_same_at_the_same_time_tell_once(reader, tell, carrier):
    start = Barrier(4)

    def one(_number):
        start.wait(10)
        try:
            return tell(reader).pk
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        told = set(pool.map(one, range(4)))
    assert told == {Notice.objects.get().pk}
    assert planned(only()).count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_who_deliver_at_the_same_time_send_once(reader, tell, carrier):
    tell(reader)
    start, delivery = Barrier(4), str(only().pk)

    def one(_number):
        start.wait(10)
        try:
            jobs.deliver(delivery=delivery)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(one, range(4)))
    assert len(carrier.carried) == 1
    assert only().state == "sent"


def test_a_hole_in_a_text_stops_everything(reader, templates, carrier):
    with pytest.raises(MissingFactError), transaction.atomic():
        notify(reader, "hello", {}, key="k")
    assert not Notice.objects.exists()


@pytest.mark.parametrize("link", ["https://evil.example/", "//evil.example/", "javascript:alert(1)"])
def test_links_stay_on_this_site(reader, tell, link):
    with pytest.raises(ValueError, match="path on this site"), transaction.atomic():
        tell(reader, link=link)


def test_nothing_is_sent_when_the_transaction_fails(reader, tell, carrier):
    with pytest.raises(ZeroDivisionError), transaction.atomic():  # noqa: PT012
        tell(reader)
        raise ZeroDivisionError
    run_jobs()
    assert carrier.carried == []
    assert not Notice.objects.exists()


# Delivering


@pytest.mark.django_db(transaction=True)
def test_the_worker_sends_what_was_told(reader, tell):
    tell(reader)
    with app.replace_connector(app.connector.get_worker_connector()):
        app.run_worker(wait=False, install_signal_handlers=False, listen_notify=False)
    assert (only("email").state, only("email").attempts) == ("sent", 1)
    assert [sent.to for sent in mail.outbox] == [[reader.email]]
    assert planned(only("email")).get().status == "succeeded"


def test_a_delivery_is_sent_once_however_many_jobs_try(reader, tell, carrier):
    notice = tell(reader, link="/cases/1/")
    for _attempt in range(3):
        jobs.deliver(delivery=str(only().pk))
    (message,) = carrier.carried
    assert (message.id, message.address, message.subject) == (only().pk, reader.phone, notice.subject)
    assert message.link.endswith("/cases/1/")
    assert message.link.startswith("http")
    done = only()
    assert (done.state, done.attempts, done.provider_id) == ("sent", 1, "ring-1")
    assert done.sent_at is not None
    assert "1234" not in done.address


def test_without_an_address_a_delivery_is_skipped_in_plain_sight(somebody_else, tell, carrier):
    tell(somebody_else)
    assert only().state == "skipped"
    assert not planned(only()).exists()


def test_what_was_not_sent_is_tried_again_later_and_at_last_given_up(reader, tell, carrier):
    tell(reader)
    carrier.error = NotSentError("no wind")
    pauses = []
    for _attempt in range(6):
        planned(only()).filter(status="todo").update(scheduled_at=None)
        Delivery.objects.update(next_at=timezone.now() - timedelta(seconds=1))
        run_jobs()
        if only().state == "waiting":
            pauses.append(round((only().next_at - timezone.now()) / timedelta(minutes=1)))
    assert pauses == [1, 5, 30, 120, 600]
    assert (only().state, only().attempts, only().error) == ("failed", 6, "NotSentError: no wind")
    assert planned(only()).count() == 6


def test_before_its_time_a_delivery_is_not_tried_again(reader, tell, carrier):
    tell(reader)
    carrier.error = NotSentError("no wind")
    jobs.deliver(delivery=str(only().pk))
    carrier.error = None
    jobs.deliver(delivery=str(only().pk))
    assert only().state == "waiting"
    assert carrier.carried == []


def test_a_wrong_address_is_not_tried_again(reader, tell, carrier):
    tell(reader)
    carrier.error = NotSentError("nobody lives there", final=True)
    run_jobs()
    assert (only().state, only().attempts) == ("failed", 1)


def test_when_nobody_knows_an_operator_decides(reader, tell, carrier):
    tell(reader)
    carrier.error = TimeoutError("no answer")
    run_jobs()
    carrier.error = None
    run_jobs()
    assert (only().state, only().error) == ("uncertain", "TimeoutError: no answer")
    assert carrier.carried == []


def test_a_process_that_dies_while_sending_leaves_doubt_and_no_repetition(reader, tell, carrier):
    tell(reader)
    carrier.error = KeyboardInterrupt()
    with pytest.raises(KeyboardInterrupt):
        jobs.deliver(delivery=str(only().pk))
    assert only().state == "sending"
    carrier.error = None
    run_jobs()
    assert doubt_stale() == 0
    Delivery.objects.update(started_at=timezone.now() - STALE - timedelta(seconds=1))
    jobs.unstick(timestamp=0)
    assert only().state == "uncertain"
    run_jobs()
    assert carrier.carried == []


def test_a_delivery_whose_job_was_lost_is_picked_up(reader, tell, carrier):
    tell(reader)
    planned(only()).update(status="cancelled", queueing_lock=None)
    assert pick_up() == 0
    Delivery.objects.update(next_at=timezone.now() - STALE - timedelta(seconds=1))
    assert pick_up() == 1
    assert pick_up() == 1
    assert planned(only()).filter(status="todo").count() == 1
    run_jobs()
    assert len(carrier.carried) == 1


# By mail and text message


@pytest.fixture
def smtp(settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST = "127.0.0.1"
    settings.EMAIL_TIMEOUT = 5


def test_mail_carries_the_text_and_a_number_that_never_changes(reader, tell, settings):
    settings.DEFAULT_FROM_EMAIL = "Madang <no-reply@madang.example>"
    tell(reader, link="/cases/1/")
    run_jobs()
    (sent,) = mail.outbox
    assert sent.to == [reader.email]
    assert sent.subject == "안녕하세요, 김민지 님"
    assert sent.body.startswith("소식 <b>&\n\nhttp")
    assert sent.extra_headers["Message-ID"] == f"<{only('email').pk}@madang.example>"


def test_mail_through_a_real_server(reader, tell, settings, smtp):
    tell(reader)
    with mail_server() as (settings.EMAIL_PORT, received):
        run_jobs()
    assert only("email").state == "sent"
    assert only("email").provider_id in received[0]


@pytest.mark.parametrize(
    ("answers", "state"),
    [
        ({"recipient": "550 no such user"}, "failed"),
        ({"recipient": "450 busy"}, "waiting"),
        ({"data": "552 too big"}, "failed"),
        ({"data": "451 later"}, "waiting"),
        ({"hang_up": True}, "uncertain"),
    ],
)
def test_what_the_mail_server_says_decides(reader, tell, settings, smtp, answers, state):
    tell(reader)
    with mail_server(**answers) as (settings.EMAIL_PORT, _received):
        run_jobs()
    assert only("email").state == state
    assert only("email").error


def test_a_mail_server_that_is_away_is_tried_again(reader, tell, settings, smtp):
    tell(reader)
    settings.EMAIL_PORT = 1
    run_jobs()
    assert (only("email").state, only("email").attempts) == ("waiting", 1)


def test_the_demonstration_shows_its_text_messages(reader, tell, settings):
    settings.SMS_PROVIDER = "demo"
    tell(reader, link="/cases/1/")
    run_jobs()
    message = DemoMessage.objects.get()
    assert message.address == reader.phone
    assert message.body == f"안녕하세요, 김민지 님\n소식 <b>&\n{actions.full('/cases/1/')}"
    assert only("sms").provider_id == f"demo-{message.pk}"


def test_without_a_provider_nobody_waits_for_text_messages(reader, tell, settings):
    settings.SMS_PROVIDER = ""
    tell(reader)
    assert [delivery.channel for delivery in Delivery.objects.all()] == ["email"]


# Wishes


def test_a_person_gets_what_they_want(reader, tell, carrier):
    choose_channels(reader, by=reader, wanted={"pigeon": False, "unheard of": True})
    tell(reader)
    assert not Delivery.objects.exists()
    choose_channels(reader, by=reader, wanted={"pigeon": True})
    tell(reader, key="k2")
    assert only().state == "waiting"
    assert [line.action for line in about(reader)] == ["notices.choose_channels"] * 2


@pytest.mark.refuses("notices.choose_channels")
def test_nobody_chooses_for_another(reader, somebody_else, tell, carrier):
    with pytest.raises(Refused), transaction.atomic():
        choose_channels(reader, by=somebody_else, wanted={"pigeon": False})
    tell(reader)
    assert only().state == "waiting"


# Reading


def test_reading_is_noted_once_and_recorded(reader, tell):
    notice = tell(reader)
    assert unread_count(reader) == 1
    mark_read(notice, by=reader)
    first = Notice.objects.get().read_at
    mark_read(notice, by=reader)
    assert Notice.objects.get().read_at == first
    assert unread_count(reader) == 0
    assert [line.action for line in about(notice)] == ["notices.notify"] + ["notices.mark_read"] * 2


@pytest.mark.refuses("notices.mark_read")
def test_nobody_reads_for_another(reader, somebody_else, tell):
    notice = tell(reader)
    with pytest.raises(Refused), transaction.atomic():
        mark_read(notice, by=somebody_else)
    assert unread_count(reader) == 1


def test_everything_can_be_marked_at_once(reader, somebody_else, tell):
    for number in range(3):
        tell(reader, key=str(number))
    tell(somebody_else, key="other")
    assert mark_all_read(reader, by=reader) == 3
    assert (unread_count(reader), unread_count(somebody_else)) == (0, 1)
    assert about(reader).get().details == {"notices": 3}


@pytest.mark.refuses("notices.mark_all_read")
def test_nobody_marks_all_for_another(reader, somebody_else, tell):
    tell(reader)
    with pytest.raises(Refused), transaction.atomic():
        mark_all_read(reader, by=somebody_else)
    assert unread_count(reader) == 1


def test_pages_follow_one_another(reader, tell):
    told = [tell(reader, key=str(number)) for number in range(45)]
    seen, before = [], None
    for _page in range(3):
        page, before = page_of(reader, before)
        seen += page
    assert seen == told[::-1]
    assert before is None


# Operators


def test_an_operator_sends_again_what_failed(reader, tell, carrier, operator):
    tell(reader)
    carrier.error = NotSentError("nobody", final=True)
    run_jobs()
    carrier.error = None
    resend(only(), by=operator)
    run_jobs()
    assert (only().state, only().attempts, only().error) == ("sent", 1, "")
    assert [line.actor_id for line in about(only())] == [operator.pk]


@pytest.mark.refuses("notices.resend")
def test_only_operators_send_again(reader, tell, carrier):
    tell(reader)
    Delivery.objects.update(state="failed")
    with pytest.raises(Refused), transaction.atomic():
        resend(only(), by=reader)
    assert only().state == "failed"


def test_what_arrived_is_not_sent_again(reader, tell, carrier, operator):
    tell(reader)
    run_jobs()
    with pytest.raises(Conflict), transaction.atomic():
        resend(only(), by=operator)
    assert len(carrier.carried) == 1


def test_old_notices_are_cleared(reader, tell, carrier):
    old, new = tell(reader), tell(reader, key="k2")
    Notice.objects.filter(pk=old.pk).update(created_at=timezone.now() - timedelta(days=3 * 365 + 1))
    DemoMessage.objects.create(address="1", body="x")
    DemoMessage.objects.update(at=timezone.now() - timedelta(days=31))
    clear_old()
    assert list(Notice.objects.all()) == [new]
    assert not DemoMessage.objects.exists()
