import pytest
from django.utils.html import escape

from madang.kernel.notices.actions import notify
from madang.kernel.notices.models import Delivery, DemoMessage, Notice
from madang.kernel.notices.queries import unread_count, wishes


@pytest.fixture
def inbox(client, citizen, tell):
    """Two notices, and the client of the person they are for."""
    tell(citizen, key="1", link="/notices/")
    tell(citizen, key="2")
    client.force_login(citizen.account)
    return client


def test_the_inbox_shows_ones_notices_escaped(inbox, stranger, tell):
    tell(stranger, key="other")
    page = inbox.get("/notices/").content.decode()
    assert page.count(escape("소식 <b>&")) == 2
    assert "<b>&" not in page


def test_an_empty_inbox_says_so(client, citizen):
    client.force_login(citizen.account)
    response = client.get("/notices/", headers={"accept-language": "en"})
    assert "No notices yet" in response.content.decode()


def test_a_passer_by_is_asked_to_sign_in(client, db):
    for path in ("/notices/", "/notices/channels/"):
        assert client.get(path).status_code == 302


def test_a_notice_is_marked_and_followed(inbox, citizen):
    second, first = Notice.objects.order_by("-id")
    assert inbox.post(f"/notices/{second.pk}/read/").headers["Location"] == "/notices/"
    assert inbox.post(f"/notices/{first.pk}/read/", {"follow": "1"}).headers["Location"] == first.link
    assert unread_count(citizen) == 0


def test_the_notice_of_another_does_not_exist(inbox, stranger, tell):
    other = tell(stranger, key="other")
    assert inbox.post(f"/notices/{other.pk}/read/").status_code == 404
    assert inbox.get(f"/notices/{other.pk}/read/").status_code == 405
    assert unread_count(stranger) == 1


def test_all_are_marked_at_once(inbox, citizen):
    inbox.post("/notices/read/")
    assert unread_count(citizen) == 0


def test_older_notices_are_a_page_away(inbox, citizen, tell):
    for number in range(20):
        tell(citizen, key=f"more {number}")
    first = inbox.get("/notices/")
    second = inbox.get(first.context["older_url"])
    assert [len(page.context["notices"]) for page in (first, second)] == [20, 2]
    assert second.context["older_url"] == ""
    assert second.context["newest_url"] == "/notices/"
    assert inbox.get("/notices/?before=nonsense").status_code == 404


def test_the_inbox_asks_the_same_number_of_questions_however_long_it_is(
    inbox, citizen, tell, django_assert_num_queries
):
    inbox.get("/notices/")
    with django_assert_num_queries(9, exact=False) as short:
        inbox.get("/notices/")
    for number in range(18):
        tell(citizen, key=f"more {number}")
    with django_assert_num_queries(len(short)):
        inbox.get("/notices/")


def test_channels_are_chosen_on_a_page(inbox, citizen, settings):
    settings.SMS_PROVIDER = "demo"
    assert wishes(citizen) == {"email": True, "sms": True}
    page = inbox.get("/notices/channels/").content.decode()
    assert page.count("checked") == 2
    inbox.post("/notices/channels/", {"sms": "on"})
    assert wishes(citizen) == {"email": False, "sms": True}


def test_operators_see_what_became_of_a_message_and_not_what_it_says(client, citizen, operator, tell):
    tell(citizen, case_number="M-1")
    delivery = Delivery.objects.get(channel="email")
    Delivery.objects.update(state="failed", error="550 no such user")
    DemoMessage.objects.create(address="010", body="demo text")
    client.force_login(operator.account)
    listed = client.get("/back-office/notices/delivery/?state=failed").content.decode()
    single = client.get(f"/back-office/notices/delivery/{delivery.pk}/change/").content.decode()
    for page in (listed, single):
        assert "550 no such user" in page
        assert "M-1" in page
        assert "소식" not in page
    assert "demo text" in client.get("/back-office/notices/demomessage/").content.decode()


def test_operators_send_again_from_the_back_office(client, citizen, operator, tell):
    tell(citizen)
    delivery = Delivery.objects.get(channel="email")
    data = {"action": "send_again", "_selected_action": [str(delivery.pk)]}
    client.force_login(operator.account)
    client.post("/back-office/notices/delivery/", data)
    delivery.refresh_from_db()
    assert (delivery.state, delivery.attempts) == ("waiting", 0)
    Delivery.objects.update(state="failed", attempts=6)
    client.post("/back-office/notices/delivery/", data)
    delivery.refresh_from_db()
    assert (delivery.state, delivery.attempts) == ("waiting", 0)


def test_citizens_have_no_back_office(inbox):
    assert inbox.get("/back-office/notices/delivery/").status_code in (302, 403, 404)


def test_a_key_told_by_two_is_one_notice(citizen, templates):
    first = notify(citizen, "hello", {"news": "a"}, key="same")
    second = notify(citizen, "hello", {"news": "b"}, key="same")
    assert first.pk == second.pk
    assert Notice.objects.get().body == "a"
