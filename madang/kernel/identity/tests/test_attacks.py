"""What a thief of a password, of an open browser or of a used code would try on an account, and finds shut."""

import re
import time

from django.db import connection
from django.test import Client

from madang.kernel.identity.actions import issue_token
from madang.kernel.identity.models import Token
from madang.kernel.identity.tests.test_sign_in import NEW, PASSWORD, SIGN_IN, code_in, is_in, posted, totp, with_app

__all__ = ["with_app"]
CHANGE = {"oldpassword": PASSWORD, "password1": "four-other-quiet-words", "password2": "four-other-quiet-words"}


def test_a_code_of_the_app_is_good_once_as_long_as_it_would_be_good(citizen, with_app, client):
    """The library forgets a used code after half a minute; with a clock that may be late it is good for longer."""
    code = totp(with_app, steps=1)
    for opens in (True, False):
        fresh = Client()
        asked = fresh.post("/sign-in/", SIGN_IN)
        fresh.post(asked.headers["location"], {"code": code})
        assert is_in(fresh) is opens
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE identity_attempt SET expires = now() - interval '1 s' WHERE cache_key LIKE '%%totp.used%%'"
            )


def test_whoever_comes_in_or_shows_more_gets_another_session(citizen, client):
    client.get("/sign-in/")
    client.cookies["sessionid"] = "a" * 32
    client.post("/sign-in/", SIGN_IN)
    first = client.session.session_key
    assert first != "a" * 32
    old = Client()
    old.cookies["sessionid"] = first
    assert is_in(old)
    client.post("/account/reauthenticate/", {"password": PASSWORD})
    assert client.session.session_key != first
    assert is_in(client)
    assert not is_in(old)
    assert [one.session_key for one in citizen.account.usersession_set.all()] == [client.session.session_key]


def test_a_changed_password_ends_all_other_sessions(citizen, client):
    other = Client()
    for one in (client, other):
        one.post("/sign-in/", SIGN_IN)
    client.post("/account/password/change/", CHANGE)
    assert is_in(client)
    assert not is_in(other)


def test_after_signing_out_the_back_button_shows_nothing(citizen, client):
    client.post("/sign-in/", SIGN_IN)
    assert "no-store" in client.get("/my/").headers["Cache-Control"]
    left = client.cookies["sessionid"].value
    client.post("/sign-out/")
    thief = Client()
    thief.cookies["sessionid"] = left
    assert not is_in(thief)


def test_a_token_wants_the_password_once_more_and_has_an_end(citizen, client):
    """Who finds an open browser makes no key for ever."""
    client.post("/sign-in/", SIGN_IN)
    sent = client.post("/my/tokens/", {"name": "program"})
    assert sent.status_code == 302
    assert not Token.objects.exists()
    client.post(sent.headers["Location"], {"password": PASSWORD})
    assert Token.objects.get().expires_at is not None


def test_a_code_shown_again_is_a_new_session_too(citizen, with_app, client):
    before = client.session.session_key
    client.post("/account/2fa/reauthenticate/", {"code": totp(with_app, steps=1)})
    assert client.session.session_key != before
    client.post("/my/tokens/", {"name": "program"})
    assert Token.objects.exists()


def test_a_changed_password_takes_all_tokens_out_of_use(citizen, client):
    issue_token(citizen, by=citizen, name="thief's")
    client.post("/sign-in/", SIGN_IN)
    client.post("/account/password/change/", CHANGE)
    assert not Token.objects.exists()


def test_who_registers_waits_as_long_for_a_taken_mail(citizen, settings):
    """Making a password into what is kept takes most of the time; without it a taken address would answer sooner."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.PBKDF2PasswordHasher"]
    took = []
    for email in ("citizen@example.org", "new@example.org"):
        began = time.process_time()
        Client().post("/register/", NEW | {"email": email})
        took.append(time.process_time() - began)
    assert took[0] > took[1] / 2


def test_an_open_browser_does_not_change_where_mails_go_or_who_vouches(citizen, client):
    """Otherwise its finder would have codes sent to themselves, or come back with a card of their own."""
    client.post("/sign-in/", SIGN_IN)
    for path, data in (
        ("/account/email/", {"action_add": "", "email": "thief@example.org"}),
        ("/account/2fa/totp/activate/", {}),
    ):
        answer = client.post(path, data)
        assert answer.headers["Location"].startswith("/account/reauthenticate/"), path
    assert not citizen.account.emailaddress_set.filter(email="thief@example.org").exists()
    assert not posted()
    client.post("/account/reauthenticate/", {"password": PASSWORD})
    client.post("/account/email/", {"action_add": "", "email": "mine@example.org"})
    assert {address for letter in posted() for address in letter.to} >= {"mine@example.org"}


def test_a_new_password_by_mail_does_not_get_past_the_second_factor(citizen, with_app, client):
    thief = Client()
    sent = thief.post("/account/password/reset/", {"email": "citizen@example.org"})
    letter = posted()[-1]
    on = thief.post(sent.headers["Location"], {"code": code_in(letter)})
    new = {"password1": CHANGE["password1"], "password2": CHANGE["password1"]}
    thief.post(on.headers["Location"], new)
    assert not is_in(thief)
    thief.post("/sign-in/", SIGN_IN | {"password": CHANGE["password1"]})
    assert not is_in(thief)


def test_who_did_not_get_in_is_seen_by_who_watches(citizen, with_app, caplog):
    thief = Client(REMOTE_ADDR="203.0.113.9")
    thief.post("/sign-in/", SIGN_IN | {"password": "wrong"})
    thief.post(thief.post("/sign-in/", SIGN_IN).headers["Location"], {"code": "000000"})
    lines = [one.getMessage() for one in caplog.records if one.name == "madang.sign_in"]
    assert lines == [
        "a sign-in failed from 203.0.113.9 for account -",
        f"a sign-in failed from 203.0.113.9 for account {citizen.account.pk}",
    ]


def test_letters_that_look_alike_are_not_the_same_mail(citizen, stranger):
    """Some letters become another when their case changes (CVE-2019-19844): nothing about one mail goes to another."""
    told = set()
    for email in ("\u017ftranger@example.org", "c\u0131tizen@example.org", "new@example.org"):
        Client().post("/account/password/reset/", {"email": email})
        answer = Client().post("/register/", NEW | {"email": email})
        told.add((answer.status_code, answer.headers.get("Location")))
        letters = posted()
        assert {tuple(one.to) for one in letters} == {(email,)}
        assert sum(1 for one in letters if re.search(r"^[A-Z0-9]{3,4}-[A-Z0-9]{3,4}$", one.body, re.MULTILINE)) == 1
    assert len(told) == 1


def test_a_changed_mail_tells_nothing_of_others(citizen, stranger, client):
    client.post("/sign-in/", SIGN_IN)
    client.post("/account/reauthenticate/", {"password": PASSWORD})
    told = []
    for email in ("stranger@example.org", "nobody@example.org"):
        answer = client.post("/account/email/", {"action_add": "", "email": email})
        told.append((answer.status_code, answer.headers.get("Location")))
    assert told[0] == told[1]


def test_devices_are_signed_out_on_record_only(citizen, client):
    other = Client()
    for one in (client, other):
        one.post("/sign-in/", SIGN_IN)
    answer = client.post("/account/sessions/")
    assert answer.headers["Location"] == "/my/sessions/"
    assert is_in(other)
