"""What is good once is good once, also for two who bring it at the same time."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connections
from django.test import Client

from madang.kernel.identity.actions import register
from madang.kernel.identity.models import Account, Person
from madang.kernel.identity.tests.test_sign_in import NEW, PASSWORD, SIGN_IN, is_in, totp

AT_ONCE = 4


@pytest.fixture(autouse=True)
def _empty_queue(transactional_db: None) -> Iterator[None]:
    """What was committed is emptied after the test; the queue, which is no table of ours, is not."""
    yield
    with connections["default"].cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs WHERE task_name = 'identity.mail'")


@pytest.mark.django_db(transaction=True)
def test_of_many_who_bring_one_code_at_once_one_comes_in():
    register(
        Person(name="Citizen", email="citizen@example.org"), by=None, login="citizen@example.org", password=PASSWORD
    )
    client = Client()
    client.post("/sign-in/", SIGN_IN)
    client.post("/account/reauthenticate/", {"password": PASSWORD})
    secret = client.get("/account/2fa/totp/activate/").context["form"].secret
    client.post("/account/2fa/totp/activate/", {"code": totp(secret)})
    codes = client.post("/account/2fa/recovery-codes/generate/", follow=True).context["unused_codes"]
    for code in (totp(secret, steps=1), codes[0]):
        assert sum(_bring(code)) == 1


def _bring(code: str) -> list[bool]:
    doors = [Client() for _one in range(AT_ONCE)]
    asked = [door.post("/sign-in/", SIGN_IN).headers["Location"] for door in doors]
    together = Barrier(AT_ONCE)

    def come(door: Client, where: str) -> bool:
        try:
            together.wait(20)
            door.post(where, {"code": code})
            return is_in(door)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(come, doors, asked))


@pytest.mark.django_db(transaction=True)
def test_of_many_who_register_one_mail_at_once_one_does():
    together = Barrier(AT_ONCE)

    def come(door: Client) -> int:
        try:
            together.wait(20)
            return int(door.post("/register/", NEW).status_code)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(AT_ONCE) as pool:
        statuses = list(pool.map(come, [Client() for _one in range(AT_ONCE)]))
    assert Account.objects.filter(login=NEW["email"]).count() == 1
    assert max(statuses) < 500
