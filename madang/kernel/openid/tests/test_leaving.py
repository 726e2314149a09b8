"""Signing out here signs out there: what each agency is told, when, and where we never call."""

import threading
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import parse_qs, urlencode

import pytest
from authlib.oidc.core import IDToken
from django.contrib.sessions.models import Session
from django.test import Client as Browser
from django.utils import timezone
from joserfc import jwt
from joserfc.jwk import KeySet
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

from madang.kernel.common.errors import Refused
from madang.kernel.openid.actions import end
from madang.kernel.openid.engine import keys, reach
from madang.kernel.openid.jobs import end_what_ended, tell, tidy
from madang.kernel.openid.models import SignIn
from madang.kernel.openid.queries import issuer, subject
from madang.kernel.openid.rules import BACK_CHANNEL_EVENT

from .conftest import BACK, claims_in


class Ear(BaseHTTPRequestHandler):
    """The agency's server: it keeps what it is told, and answers what it is set to."""

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self.server.heard.append(parse_qs(body)["logout_token"][0])
        self.send_response(self.server.answer)
        self.send_header("Location", self.server.elsewhere)
        self.end_headers()

    def log_message(self, *words):
        pass


@pytest.fixture
def ear():
    server = HTTPServer(("127.0.0.1", 0), Ear)
    server.heard, server.answer, server.elsewhere = [], 200, "http://127.0.0.1:1/"
    threading.Thread(target=server.serve_forever, args=[0.02], daemon=True).start()
    server.address = f"http://127.0.0.1:{server.server_port}/back-channel?at=1"
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def listening(make_agency, town, ear, settings):
    """An agency that wants to be told."""
    settings.PLAIN_HTTP = True
    return make_agency(town, backchannel_uri=ear.address)


def waiting():
    return [job.args["sign_in"] for job in ProcrastinateJob.objects.filter(task_name="openid.tell", status="todo")]


def test_an_agency_is_told_in_a_token_that_authlib_proves(phone, listening, ear, citizen, code_for):
    claims = claims_in(listening.tokens(code_for(phone, listening))["id_token"])
    phone.post("/sign-out/")
    (job,) = waiting()
    tell(job)
    (token,) = ear.heard
    told = jwt.decode(token, KeySet.import_key_set({"keys": keys.published()}), algorithms=["RS256"])
    assert told.header["typ"] == "logout+jwt"
    meant = {"iss": {"essential": True, "value": issuer()}, "aud": {"essential": True, "value": listening.id}}
    IDToken(told.claims, told.header, options=meant).validate()
    assert told.claims["events"] == {BACK_CHANNEL_EVENT: {}}
    assert told.claims["sub"] == claims["sub"] == subject(listening.client, citizen)
    assert told.claims["sid"] == claims["sid"]
    assert "nonce" not in told.claims
    assert told.claims["exp"] - told.claims["iat"] == 120
    assert told.claims["jti"]


def test_signing_out_ends_the_sign_ins_of_this_browser_only(phone, listening, citizen, code_for, recorded):
    other = Browser()
    other.force_login(citizen.account)
    token = listening.tokens(code_for(phone, listening))["access_token"]
    listening.tokens(code_for(phone, listening))
    elsewhere = listening.tokens(code_for(other, listening))["access_token"]
    phone.post("/sign-out/")
    assert len(waiting()) == 1, "one session is told of once, however often somebody went there"
    assert SignIn.objects.open().count() == 1
    assert recorded()[-2:] == ["openid.end", "openid.end"]
    for one, status in ((token, 401), (elsewhere, 200)):
        answer = Browser().get("/openid/userinfo/", headers={"authorization": f"Bearer {one}"})
        assert answer.status_code == status


def test_who_never_arrived_is_not_signed_out_there(phone, listening, code_for):
    code_for(phone, listening)
    phone.post("/sign-out/")
    assert waiting() == []


def test_withdrawing_tells_the_agency(phone, listening, code_for):
    listening.tokens(code_for(phone, listening))
    phone.post(f"/my/agencies/{listening.id}/withdraw/")
    assert len(waiting()) == 1


@pytest.mark.parametrize("how", ["ended remotely", "expired", "account closed"])
def test_a_session_that_is_gone_ends_what_it_began(phone, listening, citizen, code_for, how):
    listening.tokens(code_for(phone, listening))
    end_what_ended(0)
    assert waiting() == []
    if how == "ended remotely":
        Session.objects.all().delete()
    elif how == "expired":
        Session.objects.update(expire_date=timezone.now())
    else:
        citizen.account.is_active = False
        citizen.account.save()
    end_what_ended(0)
    assert len(waiting()) == 1
    assert not SignIn.objects.open().exists()


def test_signing_in_again_keeps_the_session_open(phone, listening, citizen, code_for):
    listening.tokens(code_for(phone, listening))
    phone.force_login(citizen.account)
    end_what_ended(0)
    assert waiting() == []
    phone.post("/sign-out/")
    assert len(waiting()) == 1


@pytest.mark.refuses("openid.end")
def test_nobody_ends_the_sign_in_of_another(phone, agency, code_for, stranger, operator):
    code_for(phone, agency)
    for other in (stranger, operator):
        with pytest.raises(Refused):
            end(SignIn.objects.get(), by=other)


@pytest.mark.parametrize("answer", [400, 500, 302])
def test_an_agency_that_does_not_take_it_is_told_again(phone, listening, ear, code_for, answer):
    ear.answer, ear.elsewhere = answer, ear.address
    listening.tokens(code_for(phone, listening))
    phone.post("/sign-out/")
    with pytest.raises(reach.UnreachableError):
        tell(waiting()[0])
    assert len(ear.heard) == 1, "a redirect is not followed"
    assert tell.retry_strategy.max_attempts > 3
    ear.answer = 204
    tell(waiting()[0])
    assert len(ear.heard) == 2


@pytest.mark.parametrize(
    "address",
    ["http://127.0.0.1:{port}/", "https://127.0.0.1:{port}/", "https://localhost:{port}/", "https://[::1]:{port}/",
     "https://10.0.0.1/", "https://192.168.1.1/", "https://169.254.169.254/latest/meta-data", "https://[fe80::1]/",
     "https://[::ffff:10.0.0.1]/", "https://100.64.0.1/", "https://0.0.0.0/", "https://2130706433:{port}/",
     "ftp://127.0.0.1/", "file:///etc/passwd", "https://user@example.org/"],
)  # fmt: skip
def test_we_never_call_into_the_network_we_stand_in(ear, settings, address):
    settings.PLAIN_HTTP = settings.DEMO = False
    with pytest.raises(reach.UnreachableError, match=r"private network|may not be called"):
        reach.post(address.format(port=ear.server_port), {"logout_token": "x"})
    assert ear.heard == []


def test_a_name_that_leads_inside_is_not_called(ear, settings, monkeypatch):
    settings.PLAIN_HTTP = settings.DEMO = False
    found = [(2, 1, 6, "", ("93.184.215.14", 443)), (2, 1, 6, "", ("10.0.0.1", 443))]
    monkeypatch.setattr("socket.getaddrinfo", lambda *words, **more: found)
    with pytest.raises(reach.UnreachableError, match="private network"):
        reach.post("https://agency.example.org/", {})


def leave(**words):
    return f"/openid/sign-out/?{urlencode(words)}"


def test_an_agency_sends_somebody_to_sign_out_and_gets_them_back(phone, make_agency, town, code_for):
    agency = make_agency(town, post_logout_redirect_uris=BACK)
    hint = agency.tokens(code_for(phone, agency))["id_token"]
    there = leave(id_token_hint=hint, post_logout_redirect_uri=BACK, state="x y")
    page = phone.get(there, headers={"accept-language": "en"})
    assert "Land office asks whether you want to sign out here" in page.content.decode()
    assert "form-action 'self' https://land.example.go.kr;" in page.headers["Content-Security-Policy"]
    assert "_auth_user_id" in phone.session, "nobody is signed out without having been asked"
    assert phone.post(there)["Location"] == f"{BACK}?state=x+y"
    assert "_auth_user_id" not in phone.session
    assert not SignIn.objects.open().exists()
    assert phone.get(there)["Location"] == f"{BACK}?state=x+y"


@pytest.mark.parametrize("back", ["https://evil.example/", f"{BACK}/", f"{BACK}?x"])
def test_nobody_is_led_elsewhere_by_signing_out(phone, make_agency, town, back):
    agency = make_agency(town, post_logout_redirect_uris=BACK)
    page = phone.get(leave(client_id=agency.id, post_logout_redirect_uri=back))
    assert "evil" not in page.headers["Content-Security-Policy"]
    assert phone.post(leave(client_id=agency.id, post_logout_redirect_uri=back))["Location"] == "/"
    assert Browser().get(leave(post_logout_redirect_uri=BACK))["Location"] == "/"


def test_a_hint_and_a_name_that_disagree_are_nobodys(phone, make_agency, town, code_for):
    agency, other = make_agency(town), make_agency(town, post_logout_redirect_uris=BACK)
    hint = agency.tokens(code_for(phone, agency))["id_token"]
    answer = phone.post(leave(id_token_hint=hint, client_id=other.id, post_logout_redirect_uri=BACK))
    assert answer["Location"] == "/"


def test_who_is_meant_is_said_when_it_is_somebody_else(phone, agency, stranger, code_for):
    hint = agency.tokens(code_for(phone, agency))["id_token"]
    other = Browser()
    other.force_login(stranger.account)
    page = other.get(leave(id_token_hint=hint), headers={"accept-language": "en"})
    assert "somebody else" in page.content.decode()


def test_what_is_past_keeping_goes(phone, agency, code_for):
    code_for(phone, agency)
    phone.post("/sign-out/")
    tidy(0)
    assert SignIn.objects.count() == 1
    SignIn.objects.update(ended_at=timezone.now() - timedelta(days=366))
    tidy(0)
    assert SignIn.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_the_worker_tells_after_the_commit(phone, listening, ear, code_for):
    listening.tokens(code_for(phone, listening))
    phone.post("/sign-out/")
    with app.replace_connector(app.connector.get_worker_connector()):
        app.run_worker(wait=False, install_signal_handlers=False, listen_notify=False)
    assert [claims_in(token)["aud"] for token in ear.heard] == [listening.id]


def test_who_shows_more_of_themselves_stays_signed_in_there(phone, listening, code_for):
    listening.tokens(code_for(phone, listening))
    before = phone.session.session_key
    phone.post("/account/reauthenticate/", {"password": "madang-2026!"})
    assert phone.session.session_key != before
    end_what_ended(0)
    assert waiting() == []
