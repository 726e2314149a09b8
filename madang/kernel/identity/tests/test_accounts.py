"""Registering, and tokens."""

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.utils import timezone

from madang.kernel.audit.models import Record
from madang.kernel.common.errors import Invalid, Refused
from madang.kernel.identity.actions import issue_token, register, revoke_token
from madang.kernel.identity.models import Account, Person, Token
from madang.kernel.identity.queries import by_token

PASSWORD = "madang-2026!"


@pytest.mark.parametrize(
    ("login", "password", "field"),
    [
        ("citizen@example.org", PASSWORD, "login"),
        ("Citizen@Example.org", PASSWORD, "login"),
        ("new@x.org", "12345678", "password"),
        ("new@x.org", "password", "password"),
        ("new@x.org", "qwer1234!@", "password"),
        ("gildong.hong@x.org", "gildong.hong1", "password"),
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


def test_the_operator_command_registers_one(db, monkeypatch, capsys):
    monkeypatch.setenv("OPERATOR_PASSWORD", PASSWORD)
    call_command("operator", "boss@example.org", "--name", "Boss")
    assert Account.objects.get(login="boss@example.org").is_operator
    with pytest.raises(CommandError, match=r"already|이미"):
        call_command("operator", "boss@example.org")
