"""Registering, signing in, tokens."""

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.utils import timezone

from madang.kernel.audit.models import Record
from madang.kernel.common.errors import Invalid, Refused, TooMany
from madang.kernel.identity.actions import ATTEMPTS, issue_token, register, revoke_token, sign_in
from madang.kernel.identity.models import Account, FailedSignIn, Person, Token
from madang.kernel.identity.queries import by_token

PASSWORD = "madang-2026!"


def test_a_person_registers_and_signs_in(citizen):
    account = sign_in("CITIZEN@example.org ", by=None, password=PASSWORD)
    assert account.person == citizen
    assert list(Record.objects.values_list("action", flat=True)) == ["identity.register", "identity.sign_in"]


@pytest.mark.parametrize(
    ("login", "password", "field"),
    [
        ("citizen@example.org", PASSWORD, "login"),
        ("Citizen@Example.org", PASSWORD, "login"),
        ("new@x.org", "12345678", "password"),
        ("new@x.org", "password", "password"),
    ],
)
def test_taken_logins_and_weak_passwords_are_refused(citizen, login, password, field):
    with pytest.raises(Invalid) as error:
        register(Person(name="x"), by=None, login=login, password=password)
    assert list(error.value.fields) == [field]
    assert (Person.objects.count(), Account.objects.count()) == (1, 1)


@pytest.mark.refuses("identity.register")
def test_nobody_makes_an_operator_of_anybody(citizen, operator):
    for by in (citizen, operator):
        with pytest.raises(Refused):
            register(Person(name="x"), by=by, login="x@x.org", password=PASSWORD, is_operator=True)
    assert Account.objects.filter(is_operator=True).count() == 1


@pytest.mark.refuses("identity.sign_in")
def test_a_wrong_password_and_an_unknown_login_are_told_alike(citizen):
    told = set()
    for login, password in (("citizen@example.org", "wrong"), ("nobody@example.org", PASSWORD)):
        with pytest.raises(Invalid) as error:
            sign_in(login, by=None, password=password)
        told.add(str(error.value))
    assert len(told) == 1
    assert "identity.sign_in" not in Record.objects.values_list("action", flat=True)


def test_a_disabled_account_does_not_open(citizen):
    Account.objects.update(is_active=False)
    with pytest.raises(Invalid):
        sign_in("citizen@example.org", by=None, password=PASSWORD)


def test_after_ten_wrong_passwords_even_the_right_one_waits(citizen):
    for _ in range(ATTEMPTS):
        with pytest.raises(Invalid):
            sign_in("citizen@example.org", by=None, password="wrong")
    with pytest.raises(TooMany) as error:
        sign_in("citizen@example.org", by=None, password=PASSWORD)
    assert error.value.retry_after > 0
    FailedSignIn.objects.update(at=timezone.now() - timedelta(hours=1))
    assert sign_in("citizen@example.org", by=None, password=PASSWORD)


def test_a_token_opens_until_it_is_revoked_or_expires(citizen):
    token = issue_token(citizen, by=citizen, name="my program")
    row = Token.objects.get()
    assert by_token(token) == citizen
    assert token not in str(Token.objects.values().get())
    row.expires_at = timezone.now() - timedelta(seconds=1)
    row.save()
    assert by_token(token) is None
    row.expires_at = None
    row.save()
    revoke_token(row, by=citizen)
    assert by_token(token) is None
    assert Record.objects.order_by("-id")[0].action == "identity.revoke_token"


@pytest.mark.refuses("identity.issue_token")
@pytest.mark.refuses("identity.revoke_token")
def test_tokens_are_made_and_revoked_by_their_person_only(citizen, stranger, operator):
    for by in (stranger, operator):
        with pytest.raises(Refused):
            issue_token(citizen, by=by, name="x")
    token = issue_token(citizen, by=citizen, name="x")
    for by in (stranger, operator):
        with pytest.raises(Refused):
            revoke_token(Token.objects.get(), by=by)
    assert by_token(token) == citizen


def test_the_token_command_prints_a_token_that_opens(citizen, capsys):
    call_command("token", "citizen@example.org")
    assert by_token(capsys.readouterr().out.strip()) == citizen
    with pytest.raises(CommandError, match="Nobody signs in with"):
        call_command("token", "nobody@example.org")


def test_the_sign_in_page_leads_on_and_never_off_the_site(client, citizen):
    good = client.post("/sign-in/", {"login": "citizen@example.org", "password": PASSWORD, "next": "/my/tokens/"})
    assert (good.status_code, good.headers["location"]) == (302, "/my/tokens/")
    client.post("/sign-out/")
    evil = client.post(
        "/sign-in/", {"login": "citizen@example.org", "password": PASSWORD, "next": "https://evil.example/"}
    )
    assert evil.headers["location"] == "/my/"


def test_the_operator_command_registers_one(db, monkeypatch, capsys):
    monkeypatch.setenv("OPERATOR_PASSWORD", PASSWORD)
    call_command("operator", "boss@example.org", "--name", "Boss")
    assert Account.objects.get(login="boss@example.org").is_operator
    with pytest.raises(CommandError, match=r"already|이미"):
        call_command("operator", "boss@example.org")
