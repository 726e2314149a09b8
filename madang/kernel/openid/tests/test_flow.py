"""The way of a person to an agency and back, step by step, and what the standard says about each."""

import time
from datetime import date
from urllib.parse import parse_qs, urlsplit

import pytest
from django.conf import settings
from django.shortcuts import resolve_url
from django.test import Client as Browser

from madang.kernel.audit.models import Record
from madang.kernel.common.errors import Refused
from madang.kernel.openid.actions import consent, sign_in, withdraw
from madang.kernel.openid.models import Consent, SignIn
from madang.kernel.openid.queries import subject

from .conftest import AUTHORIZE, BACK, USERINFO, claims_in, words_of


def asks_userinfo(token):
    return Browser().get(USERINFO, headers={"authorization": f"Bearer {token}"})


def test_the_page_names_the_agency_and_shows_what_will_be_told(phone, agency, citizen):
    citizen.phone, citizen.birth_date = "010-0000-1234", date(1980, 2, 29)
    citizen.save()
    page = phone.get(agency.asks(), headers={"accept-language": "ko"})
    text = page.content.decode()
    known = ("Citizen", "한국어", "citizen@example.org", "010-0000-1234", "1980-02-29")
    for word in ("토지 민원", "마당시", "land.example.go.kr", *known):
        assert word in text
    english = phone.get(agency.asks(), headers={"accept-language": "en"}).content.decode()
    assert "Land office of Madang City asks who you are" in english
    assert not Consent.objects.exists()


def test_only_that_page_lets_its_form_lead_to_the_agency(phone, agency):
    policy = phone.get(agency.asks()).headers["Content-Security-Policy"]
    assert "form-action 'self' https://land.example.go.kr;" in policy
    assert "unsafe" not in policy
    assert "example" not in phone.get("/my/agencies/").headers["Content-Security-Policy"]
    # The sign-in form does not lead off the site either: a page of ours stands between.
    stranger = Browser().get(agency.asks())
    there = parse_qs(urlsplit(stranger["Location"]).query)["next"][0]
    between = phone.get(there)
    assert between.status_code == 200
    assert 'http-equiv="refresh" content="0;url=/openid/authorize/?' in between.content.decode()


def test_what_was_agreed_to_is_told_and_nothing_else(phone, agency, citizen, code_for):
    told = asks_userinfo(agency.tokens(code_for(phone, agency, scope="openid email"))["access_token"]).json()
    assert told == {"sub": subject(agency.client, citizen), "email": "citizen@example.org"}
    told = asks_userinfo(agency.tokens(code_for(phone, agency, scope="openid"))["access_token"]).json()
    assert told == {"sub": subject(agency.client, citizen)}


def test_the_id_token_says_who_when_and_how(phone, agency, citizen, code_for):
    tokens = agency.tokens(code_for(phone, agency))
    claims = claims_in(tokens["id_token"])
    assert claims["aud"] == agency.id
    assert claims["nonce"] == "no"
    assert claims["exp"] - claims["iat"] <= 300
    assert claims["sid"] == SignIn.objects.get().sid
    assert set(claims) == {
        "iss", "sub", "aud", "exp", "iat", "jti", "auth_time", "acr", "amr", "nonce", "at_hash", "sid",
    }  # fmt: skip
    assert tokens.keys() == {"access_token", "expires_in", "token_type", "scope", "id_token"}


def test_a_consent_is_remembered_and_asked_for_again_only_for_more(phone, agency, code_for):
    code_for(phone, agency, scope="openid email")
    assert "code" in words_of(phone.get(agency.asks(scope="openid email")))
    assert phone.get(agency.asks(scope="openid email phone")).status_code == 200
    assert phone.get(agency.asks(scope="openid email", prompt="consent")).status_code == 200
    code_for(phone, agency, scope="openid phone")
    assert Consent.objects.get().scopes == ["email", "openid", "phone"]


def test_who_does_not_agree_goes_back_without_a_code(phone, agency):
    words = words_of(phone.post(agency.asks(), {"refuse": "yes"}))
    assert words == {"error": "access_denied", "state": "st", "iss": "http://localhost:8000"}
    assert not Consent.objects.exists()


def test_every_sign_in_is_on_record_and_seen_by_the_person(phone, agency, citizen, code_for, recorded, stranger):
    code_for(phone, agency)
    assert recorded()[-2:] == ["openid.consent", "openid.sign_in"]
    last = Record.objects.last()
    assert (last.actor_id, last.institution_id) == (citizen.pk, agency.client.institution_id)
    assert last.details["client"] == agency.id
    page = phone.get("/my/agencies/", headers={"accept-language": "en"}).content.decode()
    assert "Land office" in page
    assert "When I went there" in page
    other = Browser()
    other.force_login(stranger.account)
    assert "Land office" not in other.get("/my/agencies/", headers={"accept-language": "en"}).content.decode()


def test_a_consent_is_taken_back_on_my_page(phone, agency, code_for, recorded):
    token = agency.tokens(code_for(phone, agency))["access_token"]
    assert phone.post(f"/my/agencies/{agency.id}/withdraw/").status_code == 302
    assert asks_userinfo(token).status_code == 401
    assert "openid.withdraw" in recorded()
    assert phone.get(agency.asks()).status_code == 200
    assert phone.post(f"/my/agencies/{agency.id}/withdraw/").status_code == 404


@pytest.mark.refuses("openid.withdraw")
def test_nobody_takes_back_the_consent_of_another(agency, citizen, stranger, operator):
    given = consent(agency.client, by=citizen, scopes=["openid"])
    for other in (stranger, operator):
        with pytest.raises(Refused):
            withdraw(given, by=other)
        browser = Browser()
        browser.force_login(other.account)
        assert browser.post(f"/my/agencies/{agency.id}/withdraw/").status_code == 404
    assert Consent.objects.in_force().count() == 1


@pytest.mark.refuses("openid.consent")
@pytest.mark.refuses("openid.sign_in")
def test_without_consent_nobody_goes_on_and_no_more_is_agreed_to_than_may_be_asked(agency, citizen, make_agency, town):
    from django.utils import timezone

    facts = {
        "code": "c", "browser": "b", "session": "s", "proved_at": timezone.now(), "assurance": 1, "methods": ["pwd"],
    }  # fmt: skip
    with pytest.raises(Refused):
        sign_in(agency.client, by=citizen, scopes=["openid"], **facts)
    modest = make_agency(town, scopes=[])
    with pytest.raises(Refused):
        consent(modest.client, by=citizen, scopes=["openid", "email"])
    consent(agency.client, by=citizen, scopes=["openid"])
    with pytest.raises(Refused):
        sign_in(agency.client, by=citizen, scopes=["openid", "email"], **facts)
    assert not SignIn.objects.exists()


@pytest.mark.parametrize(
    ("words", "error"),
    [
        ({"prompt": "none"}, "consent_required"),
        ({"prompt": "none login"}, "invalid_request"),
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"response_type": "id_token"}, "unsupported_response_type"),
        ({"response_type": "code id_token"}, "unauthorized_client"),
        ({"response_type": None}, "invalid_request"),
        ({"scope": "profile"}, "invalid_scope"),
        ({"scope": None}, "invalid_scope"),
        ({"scope": "openid offline_access"}, "invalid_scope"),
        ({"request": "eyJ"}, "request_not_supported"),
        ({"request_uri": "https://x.example/"}, "request_uri_not_supported"),
        ({"max_age": "soon"}, "invalid_request"),
        ({"nonce": "x" * 300}, "invalid_request"),
        ({"nonce": "a\0b"}, "invalid_request"),
        ({"prompt": "none", "id_token_hint": "nonsense"}, "login_required"),
    ],
)
def test_what_cannot_be_done_is_told_in_the_words_of_the_standard(phone, agency, words, error):
    assert words_of(phone.get(agency.asks(**words)))["error"] == error


def test_a_silent_request_asks_nobody_anything(agency, phone, code_for):
    assert words_of(Browser().get(agency.asks(prompt="none")))["error"] == "login_required"
    code_for(phone, agency)
    assert "code" in words_of(phone.get(agency.asks(prompt="none")))


def _signs_in_again(phone, citizen, answer):
    """Follows to the sign-in page, proves who they are, and comes back through the page between."""
    to = urlsplit(answer["Location"])
    assert to.path == resolve_url(settings.REAUTHENTICATE_URL), answer["Location"]
    phone.force_login(citizen.account)
    return phone.get(parse_qs(to.query)["next"][0].replace("/openid/continue/", AUTHORIZE))


@pytest.mark.parametrize("words", [{"prompt": "login"}, {"prompt": "select_account"}, {"max_age": "0"}])
def test_who_must_sign_in_again_does_so_once(phone, agency, citizen, code_for, words):
    code_for(phone, agency)
    session = phone.session
    session["openid_since"] -= 100
    session.save()
    before = claims_in(agency.tokens(code_for(phone, agency))["id_token"])["auth_time"]
    answer = phone.get(agency.asks(**words))
    code = words_of(_signs_in_again(phone, citizen, answer))["code"]
    assert claims_in(agency.tokens(code)["id_token"])["auth_time"] > before


def test_coming_back_without_having_signed_in_again_is_not_enough(phone, agency, code_for):
    code_for(phone, agency)
    answer = phone.get(agency.asks(prompt="login"))
    there = parse_qs(urlsplit(answer["Location"]).query)["next"][0].replace("/openid/continue/", AUTHORIZE)
    again = phone.get(there)
    assert again["Location"].startswith(resolve_url(settings.LOGIN_URL))
    assert "_auth_user_id" not in phone.session


def test_a_long_session_is_long_enough_for_a_longer_age(phone, agency, code_for):
    code_for(phone, agency)
    assert "code" in words_of(phone.get(agency.asks(max_age="3600")))
    session = phone.session
    session["openid_since"] = time.time() - 7200
    session.save()
    assert phone.get(agency.asks(max_age="3600"))["Location"].startswith(resolve_url(settings.REAUTHENTICATE_URL))
    assert words_of(phone.get(agency.asks(max_age="3600", prompt="none")))["error"] == "login_required"


def test_a_hint_means_the_one_whom_it_names(phone, agency, citizen, stranger, code_for):
    token = agency.tokens(code_for(phone, agency))["id_token"]
    assert "code" in words_of(phone.get(agency.asks(prompt="none", id_token_hint=token)))
    other = Browser()
    other.force_login(stranger.account)
    code_for(other, agency)
    assert words_of(other.get(agency.asks(prompt="none", id_token_hint=token)))["error"] == "login_required"
    answer = other.get(agency.asks(id_token_hint=token))
    assert words_of(_signs_in_again(other, stranger, answer))["error"] == "login_required"


def test_discovery_tells_only_what_is_true(client, db):
    about = client.get("/.well-known/openid-configuration").json()
    assert about["issuer"] == "http://localhost:8000"
    assert about["response_types_supported"] == ["code"]
    assert about["subject_types_supported"] == ["pairwise"]
    assert about["id_token_signing_alg_values_supported"] == ["RS256"]
    assert about["code_challenge_methods_supported"] == ["S256"]
    for name in ("authorization_endpoint", "token_endpoint", "userinfo_endpoint", "jwks_uri", "end_session_endpoint"):
        assert client.get(about[name].removeprefix("http://localhost:8000")).status_code != 404
    (key,) = client.get("/openid/keys/").json()["keys"]
    assert not key.keys() & {"d", "p", "q", "dp", "dq", "qi"}
    assert BACK.startswith("https")
