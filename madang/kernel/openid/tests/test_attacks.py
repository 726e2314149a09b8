"""What must not be possible. Each of these fails when the hole opens."""

import time
from datetime import timedelta

import pytest
from django.test import Client as Browser
from django.utils import timezone
from jwcrypto import jwk, jwt
from oauth2_provider.models import get_access_token_model, get_grant_model

from madang.kernel.openid.actions import disable
from madang.kernel.openid.engine import keys
from madang.kernel.openid.models import Client, Consent, SignIn
from madang.kernel.openid.queries import hinted, issuer, subject

from .conftest import AUTHORIZE, BACK, TOKEN, USERINFO, s256, words_of


def error_of(answer, status=400):
    assert answer.status_code == status, answer.content
    return answer.json()["error"]


def knows(token, browser=None):
    return (browser or Browser()).get(USERINFO, headers={"authorization": f"Bearer {token}"})


@pytest.mark.parametrize(
    "words",
    [
        {"code_challenge": None, "code_challenge_method": None},
        {"code_challenge": None},
        {"code_challenge_method": None},
        {"code_challenge_method": "plain"},
        {"code_challenge": "short"},
        {"code_challenge": "x" * 44},
    ],
)
def test_no_code_without_pkce_by_s256(phone, agency, words):
    assert words_of(phone.get(agency.asks(**words)))["error"] == "invalid_request"
    assert words_of(phone.post(agency.asks(**words), {"agree": "yes"}))["error"] == "invalid_request"
    assert not get_grant_model().objects.exists()


@pytest.mark.parametrize("verifier", [None, "", "w" * 64, s256("v" * 64)])
def test_a_stolen_code_is_worth_nothing_without_its_verifier(phone, agency, code_for, verifier):
    answer = agency.exchanges(code_for(phone, agency), code_verifier=verifier)
    assert error_of(answer) in ("invalid_grant", "invalid_request")
    assert not get_access_token_model().objects.exists()


def test_a_code_is_good_once_and_the_second_time_takes_back_what_the_first_gave(phone, agency, code_for, recorded):
    code = code_for(phone, agency)
    token = agency.tokens(code)["access_token"]
    assert knows(token).status_code == 200
    assert error_of(agency.exchanges(code)) == "invalid_grant"
    assert knows(token).status_code == 401
    assert recorded()[-1] == "openid.end"
    assert error_of(agency.exchanges(code)) == "invalid_grant"


@pytest.mark.parametrize(
    "address",
    [
        BACK + "/",
        BACK + "/../evil",
        BACK + "?x=1",
        BACK + "#x",
        BACK + "%2e",
        BACK.upper(),
        BACK.replace("https", "http"),
        BACK.replace("land.", "evil."),
        BACK.replace("go.kr/", "go.kr:8443/"),
        BACK.replace("https://", "https://evil@"),
        "https://land.example.go.kr.evil.example/callback",
        "",
        None,
    ],
)
def test_nobody_is_sent_to_an_address_that_is_not_registered_letter_by_letter(phone, agency, address):
    answer = phone.get(agency.asks(redirect_uri=address), headers={"accept-language": "en"})
    assert answer.status_code == 400
    assert "Location" not in answer.headers
    assert "not known by this address" in answer.content.decode()


def test_a_loopback_address_is_no_looser(make_agency, town, phone):
    here = make_agency(town, redirect_uris="http://127.0.0.1:4000/back", client_type=Client.CLIENT_PUBLIC)
    assert phone.get(here.asks(redirect_uri="http://127.0.0.1:4000/back")).status_code == 200
    assert phone.get(here.asks(redirect_uri="http://127.0.0.1:4001/back")).status_code == 400


def test_unknown_agencies_are_answered_like_wrong_addresses(phone, agency):
    for name in ("nobody", "", "a\0b", None):
        answer = phone.get(agency.asks(client_id=name))
        assert answer.status_code == 400
        assert "Location" not in answer.headers
    assert phone.get(AUTHORIZE + "?%zz").status_code == 400
    assert phone.get(agency.asks() + "&client_id=twice").status_code == 400


def test_a_code_is_good_for_its_client_only(phone, agency, make_agency, town, ministry, code_for):
    for other in (make_agency(town), make_agency(ministry), make_agency(town, client_type=Client.CLIENT_PUBLIC)):
        code = code_for(phone, agency)
        assert error_of(other.exchanges(code)) == "invalid_grant"
        token = agency.tokens(code)["access_token"]
        assert error_of(other.exchanges(code)) == "invalid_grant"
        assert knows(token).status_code == 200, "another client's try takes nothing back"


def test_a_code_is_good_for_its_address_only(phone, make_agency, town, code_for):
    agency = make_agency(town, redirect_uris=f"{BACK}\n{BACK}/two")
    for address in (f"{BACK}/two", "https://evil.example/", None):
        assert error_of(agency.exchanges(code_for(phone, agency), redirect_uri=address)) in (
            "invalid_request", "invalid_grant",
        )  # fmt: skip


def test_an_expired_code_is_no_good(phone, agency, code_for):
    code = code_for(phone, agency)
    assert get_grant_model().objects.get().expires <= timezone.now() + timedelta(seconds=60)
    get_grant_model().objects.update(expires=timezone.now() - timedelta(seconds=1))
    assert error_of(agency.exchanges(code)) == "invalid_grant"


def test_an_expired_token_is_no_good(phone, agency, code_for):
    token = agency.tokens(code_for(phone, agency))["access_token"]
    assert get_access_token_model().objects.get().expires <= timezone.now() + timedelta(seconds=300)
    get_access_token_model().objects.update(expires=timezone.now())
    assert knows(token).status_code == 401


def test_a_form_of_another_site_agrees_to_nothing(citizen, agency):
    browser = Browser(enforce_csrf_checks=True)
    browser.force_login(citizen.account)
    answer = browser.post(agency.asks(), {"agree": "yes"}, headers={"origin": "https://evil.example"})
    assert answer.status_code == 403
    assert not Consent.objects.exists()
    assert browser.post("/openid/sign-out/", headers={"origin": "https://evil.example"}).status_code == 403
    assert "_auth_user_id" in browser.session


def test_what_is_in_the_form_does_not_change_what_was_asked(phone, agency):
    words = words_of(phone.post(agency.asks(scope="openid"), {"agree": "yes", "redirect_uri": "https://evil.example/"}))
    assert "code" in words
    phone.post(agency.asks(scope="openid"), {"agree": "yes", "scope": "openid email"})
    assert Consent.objects.get().scopes == ["openid"]


def test_the_page_stands_in_no_frame(phone, agency):
    page = phone.get(agency.asks())
    assert page.headers["X-Frame-Options"] == "DENY"
    assert "frame-ancestors 'none'" in page.headers["Content-Security-Policy"]
    assert "no-store" in page.headers["Cache-Control"]


def test_a_public_client_cannot_pretend_to_keep_a_secret(phone, make_agency, town, code_for):
    app = make_agency(town, client_type=Client.CLIENT_PUBLIC)
    assert app.secret == ""
    for words in ({"client_secret": "anything"}, {"client_id": app.id, "headers": {"authorization": "Basic Og=="}}):
        assert error_of(app.exchanges(code_for(phone, app), **words), 401) == "invalid_client"
    assert app.exchanges(code_for(phone, app), client_secret="").status_code == 200


def test_a_confidential_client_must_show_its_secret(phone, agency, code_for):
    code = code_for(phone, agency)
    for words in ({"client_id": agency.id}, {"client_id": agency.id, "client_secret": "guess"}):
        assert error_of(agency.exchanges(code, headers={}, **words), 401) == "invalid_client"
    assert agency.exchanges(code, headers={}, client_id=agency.id, client_secret=agency.secret).status_code == 200


def test_secrets_codes_and_tokens_are_not_kept(phone, agency, code_for):
    code = code_for(phone, agency)
    stored = Client.objects.get().client_secret
    assert agency.secret not in stored
    assert error_of(agency.exchanges(code, headers={}, client_id=agency.id, client_secret=stored), 401)
    grant = get_grant_model().objects.get()
    assert code not in (grant.code, SignIn.objects.get().code)
    assert error_of(agency.exchanges(grant.code)) == "invalid_grant"
    token = agency.tokens(code)["access_token"]
    kept = get_access_token_model().objects.get()
    assert token not in (kept.token, kept.token_checksum, SignIn.objects.get().token)
    assert knows(kept.token_checksum).status_code == 401


@pytest.mark.parametrize(
    "grant", ["password", "client_credentials", "refresh_token", "implicit", "openid", "", None,
              "urn:ietf:params:oauth:grant-type:device_code", "urn:ietf:params:oauth:grant-type:jwt-bearer"],
)  # fmt: skip
def test_there_is_no_other_way_to_a_token(phone, agency, citizen, code_for, grant):
    code = code_for(phone, agency)
    more = {"username": citizen.account.login, "password": "madang-2026!", "refresh_token": "x", "device_code": "x"}
    assert agency.exchanges(code, grant_type=grant, **more).status_code in (400, 401)
    assert not get_access_token_model().objects.exists()


@pytest.mark.parametrize("forge", ["none", "HS256", "another key"])
def test_a_forged_token_is_nobodys(agency, citizen, forge):
    now = int(time.time())
    claims = {
        "iss": issuer(), "aud": agency.id, "sub": subject(agency.client, citizen), "iat": now, "exp": now + 300,
    }  # fmt: skip
    public = jwk.JWK(**{name: keys.published()[0][name] for name in ("kty", "n", "e")})
    kid = public.thumbprint()
    if forge == "HS256":
        key = jwk.JWK(kty="oct", k=jwk.base64url_encode(public.export_to_pem()))
        made = jwt.JWT(header={"alg": "HS256", "kid": kid}, claims=claims)
        made.make_signed_token(key)
        token = made.serialize()
    elif forge == "another key":
        made = jwt.JWT(header={"alg": "RS256", "kid": kid}, claims=claims)
        made.make_signed_token(jwk.JWK.generate(kty="RSA", size=2048))
        token = made.serialize()
    else:
        head, body = (jwk.base64url_encode(jwk.json_encode(one)) for one in ({"alg": "none", "kid": kid}, claims))
        token = f"{head}.{body}."
    assert hinted(token) is None
    assert hinted(keys.sign(claims, kind="JWT")) == claims
    assert hinted(keys.sign(claims | {"iss": "https://other.example"}, kind="JWT")) is None


def test_an_id_token_opens_nothing(phone, agency, code_for):
    tokens = agency.tokens(code_for(phone, agency))
    assert knows(tokens["id_token"]).status_code == 401
    assert Browser().get(f"{USERINFO}?access_token={tokens['access_token']}").status_code == 401
    assert Browser().get(USERINFO).status_code == 401
    # A session is no token: another site's script in this browser learns nothing.
    assert phone.get(USERINFO).status_code == 401


def test_a_token_for_an_agency_is_no_key_to_the_api(phone, agency, code_for):
    token = agency.tokens(code_for(phone, agency))["access_token"]
    answer = Browser().get("/api/v1/me", headers={"authorization": f"Bearer {token}"})
    assert answer.status_code in (401, 404)


def test_two_sectors_cannot_join_what_they_know(agency, make_agency, town, ministry, citizen, stranger):
    same, other = make_agency(town), make_agency(ministry)
    assert subject(agency.client, citizen) == subject(same.client, citizen)
    assert subject(agency.client, citizen) != subject(other.client, citizen)
    assert subject(agency.client, citizen) != subject(agency.client, stranger)
    assert str(citizen.pk) != subject(agency.client, citizen)


def test_a_name_is_the_same_after_a_restart_and_nobodys_without_the_secret(agency, citizen, settings, tmp_path):
    first = subject(agency.client, citizen)
    settings.KEYS_DIR = tmp_path
    assert subject(agency.client, citizen) != first
    assert subject(agency.client, citizen) == subject(agency.client, citizen)
    assert (tmp_path / "openid/pairwise.secret").stat().st_mode & 0o777 == 0o600


def test_a_session_has_another_name_at_each_agency(phone, agency, make_agency, town, code_for):
    code_for(phone, agency)
    code_for(phone, make_agency(town))
    assert SignIn.objects.values("sid").distinct().count() == 2
    assert SignIn.objects.values("browser").distinct().count() == 1


def test_a_disabled_client_is_nobody(phone, agency, code_for):
    code = code_for(phone, agency)
    token = agency.tokens(code_for(phone, agency))["access_token"]
    disable(agency.client, by=None)
    assert error_of(agency.exchanges(code), 401) == "invalid_client"
    assert knows(token).status_code == 401
    assert phone.get(agency.asks()).status_code == 400


def test_a_closed_account_is_nobody(phone, agency, citizen, code_for):
    code = code_for(phone, agency)
    token = agency.tokens(code_for(phone, agency))["access_token"]
    citizen.account.is_active = False
    citizen.account.save()
    assert error_of(agency.exchanges(code)) == "invalid_grant"
    assert knows(token).status_code == 401
    assert phone.get(agency.asks())["Location"].startswith("/sign-in/")


def test_a_withdrawn_scope_is_told_no_more_even_while_a_token_lives(phone, agency, citizen, code_for):
    token = agency.tokens(code_for(phone, agency, scope="openid email"))["access_token"]
    Consent.objects.update(scopes=["openid"])
    assert knows(token).json().keys() == {"sub"}


def test_strange_words_make_no_error_of_ours(phone, agency):
    for words in (
        {"resource": "x"},
        {"claims": "{"},
        {"claims": '{"a": 1}'},
        {"ui_locales": "ko en"},
        {"display": "x"},
    ):
        phone.raise_request_exception = False
        assert phone.get(agency.asks(**words)).status_code in (200, 302), words
    for body in ("", "code=%zz", "grant_type=authorization_code&code=a%00b&code_verifier=c", "client_id=a%00b"):
        answer = Browser(raise_request_exception=False).post(TOKEN, body, "application/x-www-form-urlencoded")
        assert answer.status_code in (400, 401), body
