"""Signing in as people do it: by the pages, with their mail and their telephone at hand."""

import base64
import hashlib
import hmac
import json
import re
import struct
import time
from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest
from allauth.account.adapter import get_adapter
from allauth.core.context import request_context
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialLogin
from allauth.socialaccount.providers.openid_connect.provider import OpenIDConnectProvider
from django.contrib.sessions.backends.db import SessionStore
from django.core import mail
from django.db import connection
from django.test import Client
from procrastinate.contrib.django.models import ProcrastinateJob

from madang.kernel.audit.actions import be_sure_of
from madang.kernel.audit.models import Record
from madang.kernel.common.errors import Refused, StepUp
from madang.kernel.identity.actions import (
    change_sign_in,
    end_identification,
    end_session,
    identify,
    issue_token,
    keep_secret,
    sign_in,
    sign_out,
)
from madang.kernel.identity.handlers import Providers
from madang.kernel.identity.jobs import mail as send
from madang.kernel.identity.models import Account, Person
from madang.kernel.identity.queries import by_token
from madang.kernel.identity.rules import Provider

PASSWORD = "madang-2026!"
SIGN_IN = {"login": "citizen@example.org", "password": PASSWORD}
NEW = {"name": "홍길동", "email": "hong@example.org", "phone": "", "password1": "three-quiet-words"}


def posted() -> list[Any]:
    """The mails that were put on their way since the last time, sent."""
    jobs = ProcrastinateJob.objects.filter(task_name="identity.mail", status="todo").order_by("id")
    mail.outbox.clear()
    for job in jobs:
        send(**job.args)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET status = 'succeeded' WHERE task_name = 'identity.mail'")
    return list(mail.outbox)


def code_in(letter: Any) -> str:
    return re.search(r"^([A-Z0-9]{3,4}-[A-Z0-9]{3,4})$", letter.body, re.MULTILINE)[1]


def totp(secret: str, steps: int = 0) -> str:
    """RFC 6238, written down once more."""
    key = base64.b32decode(secret + "=" * (-len(secret) % 8))
    digest = hmac.digest(key, struct.pack(">Q", int(time.time()) // 30 + steps), hashlib.sha1)
    at = digest[-1] & 15
    return f"{(struct.unpack('>I', digest[at : at + 4])[0] & 0x7FFFFFFF) % 10**6:06}"


def is_in(client: Client) -> bool:
    return client.get("/my/account/").status_code == 200


def test_who_registers_proves_the_mail_and_is_in(client, db, recorded):
    sent = client.post("/register/?next=/my/tokens/", NEW)
    assert not is_in(client)
    (letter,) = posted()
    assert letter.to == ["hong@example.org"]
    wrong = client.post(sent.headers["location"], {"code": "AAA-BBB"})
    assert wrong.status_code == 200
    assert not is_in(client)
    done = client.post(sent.headers["location"], {"code": code_in(letter)})
    assert done.headers["location"] == "/my/tokens/"
    assert is_in(client)
    person = Person.objects.get()
    assert (person.name, person.email, person.assurance) == ("홍길동", "hong@example.org", 1)
    assert recorded() == ["identity.register", "identity.sign_in"]


def test_a_taken_mail_is_told_to_its_owner_alone(citizen):
    """Who registers a neighbour's address sees the page that everyone sees; the neighbour gets a letter."""
    fresh, taken = (
        Client().post("/register/", NEW | {"email": one}) for one in ("x@example.org", "citizen@example.org")
    )
    assert (fresh.status_code, fresh.headers["location"]) == (taken.status_code, taken.headers["location"])
    letters = {letter.to[0]: letter.body for letter in posted()}
    assert "password" in letters["citizen@example.org"] or "비밀번호" in letters["citizen@example.org"]
    assert Account.objects.filter(login="citizen@example.org").count() == 1


@pytest.mark.refuses("identity.sign_in")
def test_a_wrong_password_and_an_unknown_login_are_told_alike(client, citizen, stranger):
    told = set()
    for login, password in (("citizen@example.org", "wrong"), ("nobody@example.org", PASSWORD)):
        page = client.post("/sign-in/", {"login": login, "password": password})
        told |= {re.sub(r'value="[^"]*"', "", str(page.context["form"].non_field_errors()))}
        assert not is_in(client)
    assert len(told) == 1
    assert "identity.sign_in" not in Record.objects.values_list("action", flat=True)
    with pytest.raises(Refused):
        sign_in(citizen.account, by=stranger)
    with pytest.raises(Refused):
        sign_out(citizen.account, by=stranger)


def test_the_sign_in_page_leads_on_and_never_off_the_site(client, citizen, recorded):
    good = client.post("/sign-in/?next=/my/tokens/", SIGN_IN)
    assert (good.status_code, good.headers["location"]) == (302, "/my/tokens/")
    client.post("/sign-out/")
    assert not is_in(client)
    evil = client.post("/sign-in/?next=https://evil.example/", SIGN_IN)
    assert evil.headers["location"] == "/my/"
    assert recorded() == ["identity.register", "identity.sign_in", "identity.sign_out", "identity.sign_in"]


def test_a_disabled_account_does_not_open(client, citizen):
    Account.objects.update(is_active=False)
    client.post("/sign-in/", SIGN_IN)
    assert not is_in(client)


def test_after_ten_wrong_passwords_even_the_right_one_waits(client, citizen, stranger):
    for _ in range(10):
        client.post("/sign-in/", SIGN_IN | {"password": "wrong"})
    client.post("/sign-in/", SIGN_IN)
    assert not is_in(client)
    elsewhere = Client(REMOTE_ADDR="203.0.113.9")
    elsewhere.post("/sign-in/", SIGN_IN)
    assert not is_in(elsewhere)
    elsewhere.post("/sign-in/", {"login": "stranger@example.org", "password": PASSWORD})
    assert is_in(elsewhere)


def test_a_forgotten_password_is_set_anew_with_a_code(client, citizen, recorded):
    sent = client.post("/account/password/reset/", {"email": "citizen@example.org"})
    unknown = Client().post("/account/password/reset/", {"email": "nobody@example.org"})
    assert (sent.status_code, sent.headers["location"]) == (unknown.status_code, unknown.headers["location"])
    letter = next(one for one in posted() if one.to == ["citizen@example.org"])
    on = client.post(sent.headers["location"], {"code": code_in(letter)})
    client.post(on.headers["location"], {"password1": "three-new-quiet-words", "password2": "three-new-quiet-words"})
    fresh = Client()
    fresh.post("/sign-in/", SIGN_IN)
    assert not is_in(fresh)
    fresh.post("/sign-in/", SIGN_IN | {"password": "three-new-quiet-words"})
    assert is_in(fresh)
    assert "identity.change_sign_in" in recorded()


@pytest.mark.refuses("identity.end_session")
def test_another_device_is_signed_out_from_here(client, citizen, stranger, recorded):
    other = Client(HTTP_USER_AGENT="Lost telephone")
    for one in (client, other):
        one.post("/sign-in/", SIGN_IN)
    page = client.get("/my/sessions/").content.decode()
    assert "Lost telephone" in page
    lost = citizen.account.usersession_set.get(user_agent="Lost telephone")
    with pytest.raises(Refused):
        end_session(lost, by=stranger)
    outsider = Client()
    outsider.force_login(stranger.account)
    assert outsider.post(f"/my/sessions/{lost.pk}/end/").status_code == 404
    assert is_in(other)
    client.post(f"/my/sessions/{lost.pk}/end/")
    assert not is_in(other)
    assert is_in(client)
    assert recorded()[-1] == "identity.end_session"


def test_everywhere_else_is_signed_out_at_once(client, citizen, stranger, recorded):
    others = [Client(), Client()]
    for one in (client, *others):
        one.post("/sign-in/", SIGN_IN)
    neighbour = Client()
    neighbour.post("/sign-in/", {"login": "stranger@example.org", "password": PASSWORD})
    assert b"/my/sessions/end/" in client.get("/my/sessions/").content
    client.post("/my/sessions/end/")
    assert [is_in(one) for one in (client, neighbour, *others)] == [True, True, False, False]
    assert recorded().count("identity.end_session") == 2
    assert b"/my/sessions/end/" not in client.get("/my/sessions/").content


@pytest.fixture
def with_app(client: Client, citizen: Person, django_capture_on_commit_callbacks: Any) -> str:
    """The citizen, signed in, has an app that makes codes; its secret."""
    client.post("/sign-in/", SIGN_IN)
    asked = client.get("/account/2fa/totp/activate/").headers["location"]
    client.post(asked, {"password": PASSWORD})
    secret = client.get("/account/2fa/totp/activate/").context["form"].secret
    with django_capture_on_commit_callbacks(execute=True):
        client.post("/account/2fa/totp/activate/", {"code": totp(secret)})
    return str(secret)


def test_a_second_factor_is_asked_for_and_a_used_code_is_no_good(client, citizen, with_app, recorded):
    fresh = Client()
    asked = fresh.post("/sign-in/", SIGN_IN)
    assert not is_in(fresh)
    fresh.post(asked.headers["location"], {"code": "000000"})
    assert not is_in(fresh)
    fresh.post(asked.headers["location"], {"code": totp(with_app, steps=1)})
    assert is_in(fresh)
    thief = Client()
    asked = thief.post("/sign-in/", SIGN_IN)
    thief.post(asked.headers["location"], {"code": totp(with_app, steps=1)})
    assert not is_in(thief)
    assert recorded().count("identity.change_sign_in") == 2
    assert {tuple(letter.to) for letter in posted()} == {("citizen@example.org",)}


@pytest.mark.refuses("identity.keep_secret")
def test_what_a_factor_is_checked_with_is_encrypted_and_goes_with_it(
    client, citizen, stranger, with_app, django_capture_on_commit_callbacks
):
    kept = list(citizen.account.secrets.all())
    assert with_app in [one.value for one in kept]
    with connection.cursor() as cursor:
        cursor.execute("SELECT value FROM identity_secret UNION ALL SELECT data::text FROM mfa_authenticator")
        assert not [text for (text,) in cursor.fetchall() if any(one.value in text for one in kept)]
    with pytest.raises(Refused):
        keep_secret(citizen.account, by=stranger, text="x")
    with django_capture_on_commit_callbacks(execute=True):
        client.post("/account/2fa/totp/deactivate/")
    assert not citizen.account.secrets.exists()


def test_a_recovery_code_opens_once(client, citizen, with_app):
    codes = client.post("/account/2fa/recovery-codes/generate/", follow=True).context["unused_codes"]
    for opens in (True, False):
        fresh = Client()
        asked = fresh.post("/sign-in/", SIGN_IN)
        fresh.post(asked.headers["location"], {"code": codes[0]})
        assert is_in(fresh) is opens


@pytest.mark.refuses("identity.identify")
@pytest.mark.refuses("identity.end_identification")
@pytest.mark.refuses("identity.change_sign_in")
@pytest.mark.refuses("identity.sign_out")
def test_nobody_vouches_for_another_or_changes_their_account(citizen, stranger, operator, recorded):
    identify(citizen, by=citizen, provider="card", level=2)
    for by in (stranger, operator):
        with pytest.raises(Refused):
            identify(citizen, by=by, provider="card", level=2)
        with pytest.raises(Refused):
            end_identification(citizen, by=by, provider="card")
        with pytest.raises(Refused):
            change_sign_in(citizen.account, by=by, what="password")
    assert citizen.assurance == 2
    end_identification(citizen, by=citizen, provider="card")
    assert citizen.assurance == 1
    assert recorded()[-2:] == ["identity.identify", "identity.end_identification"]


def test_levels_rise_with_who_vouches_and_with_what_one_has(client, citizen, with_app, rf):
    def assurance(client: Client) -> int:
        return client.get("/my/account/").context["person"].assurance

    plain = Client()
    plain.force_login(citizen.account)
    assert (assurance(plain), assurance(client)) == (1, 1)
    identify(citizen, by=None, provider="card", level=2)
    # The app was set up in the one session, but a code was not shown in it yet.
    assert (assurance(plain), assurance(client)) == (2, 2)
    there = client.get("/my/step-up/?level=3&next=/my/tokens/").headers["location"]
    client.post(there, {"code": totp(with_app, steps=1)})
    assert (assurance(plain), assurance(client)) == (2, 3)


def test_a_token_carries_no_further_than_who_made_it(citizen, client, with_app):
    identify(citizen, by=None, provider="card", level=2)
    weak = issue_token(citizen, by=citizen, name="program")
    citizen.ceiling = 3
    strong = issue_token(citizen, by=citizen, name="program")
    assert (by_token(weak).assurance, by_token(strong).assurance) == (2, 3)


def test_an_action_names_the_level_it_needs(citizen):
    with pytest.raises(StepUp) as error:
        be_sure_of(citizen, 2)
    assert (error.value.status, error.value.level) == (403, 2)
    be_sure_of(None, 3)
    identify(citizen, by=None, provider="card", level=2)
    be_sure_of(citizen, 2)


def test_who_comes_from_a_provider_is_remembered_until_their_form_is_back(rf, settings, db):
    """Nobody is registered by a provider alone; what it told waits in the session, and then becomes the person's."""
    settings.IDENTITY_PROVIDERS = (Provider("card", {"ko": "카드", "en": "Card"}, 2, {}),)
    settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": [{"provider_id": "card", "name": "Card"}]}}
    told = SocialAccount(provider="card", uid="7", extra_data={"name": "홍길동", "birthdate": "1980-05-17", "sex": "M"})
    request = rf.post("/")
    request.session = SessionStore()
    provider = OpenIDConnectProvider(request, app=SocialApp(provider="openid_connect", provider_id="card", name="Card"))
    came = SocialLogin(user=get_adapter().new_user(request), account=told, provider=provider)
    Providers().pre_social_login(request, came)
    with request_context(request):
        back = SocialLogin.deserialize(json.loads(json.dumps(came.serialize())))
    form = SimpleNamespace(cleaned_data={"email": "hong@example.org"})
    Providers().save_user(request, back, form)
    person = Person.objects.get()
    assert (person.name, person.birth_date, person.assurance) == ("홍길동", date(1980, 5, 17), 2)
    assert not person.account.has_usable_password()
    assert SocialAccount.objects.get().extra_data == {}
