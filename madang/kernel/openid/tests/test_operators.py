"""Operators register agencies, change them and take them out of use; whom people sign in to is not theirs to see."""

import re
from io import StringIO

import pytest
from django.contrib import admin
from django.core.management import CommandError, call_command
from django.test import Client as Browser

from madang.kernel.common.errors import Invalid, Refused
from madang.kernel.openid.actions import disable, enable, register, renew_secret, revise
from madang.kernel.openid.models import Client, Consent, SignIn

from .conftest import BACK, words_of

LIST = "/back-office/openid/client/"


def unsaved(town, **more):
    facts = {"name": "토지", "name_en": "Land", "client_type": "confidential", "redirect_uris": BACK} | more
    return Client(institution=town, **facts)


@pytest.fixture
def desk_of(operator):
    browser = Browser(headers={"accept-language": "en"})
    browser.force_login(operator.account)
    return browser


def test_an_operator_registers_a_client_and_sees_its_secret_once(desk_of, town, operator, recorded, phone):
    sent = {
        "name": "토지 민원", "name_en": "Land office", "institution": town.pk, "client_type": "confidential",
        "redirect_uris": BACK, "post_logout_redirect_uris": "", "backchannel_uri": "", "scopes": ["email"],
    }  # fmt: skip
    page = desk_of.post(LIST + "add/", sent)
    assert page.status_code == 200, page.content
    assert "no-store" in page.headers["Cache-Control"]
    secret = re.search(r'<code id="secret">([\w-]{43})</code>', page.content.decode())[1]
    client = Client.objects.get()
    assert client.client_secret != secret
    assert recorded()[-1] == "openid.register"
    for address in (LIST, f"{LIST}{client.pk}/change/"):
        assert secret not in desk_of.get(address).content.decode()
        assert client.client_secret not in desk_of.get(address).content.decode()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("name_en", " "),
        ("redirect_uris", ""),
        ("redirect_uris", "http://land.example.go.kr/"),
        ("redirect_uris", "https://*.example.go.kr/"),
        ("redirect_uris", "https://land.example.go.kr/#x"),
        ("redirect_uris", "https://a@land.example.go.kr/"),
        ("redirect_uris", "javascript:alert(1)"),
        ("redirect_uris", "https:///x"),
        ("redirect_uris", "https://land.example.go.kr/;script-src"),
        ("redirect_uris", f"{BACK}\nftp://x.example/"),
        ("post_logout_redirect_uris", "//evil.example/"),
        ("backchannel_uri", "http://land.example.go.kr/"),
    ],
)
def test_an_address_that_is_no_good_is_refused_at_its_field(desk_of, town, field, value):
    sent = {
        "name": "토지", "name_en": "Land", "institution": town.pk, "client_type": "public", "redirect_uris": BACK,
    } | {field: value}  # fmt: skip
    page = desk_of.post(LIST + "add/", sent)
    assert page.status_code == 200
    assert field in page.context["adminform"].form.errors
    assert not Client.objects.exists()
    with pytest.raises(Invalid):
        register(unsaved(town, **{field: value}), by=None)


def test_a_loopback_address_is_called_only_from_ones_own_machine(town, settings):
    settings.PLAIN_HTTP = settings.DEMO = False
    with pytest.raises(Invalid):
        register(unsaved(town, backchannel_uri="http://127.0.0.1:9/"), by=None)
    settings.DEMO = True
    assert register(unsaved(town, backchannel_uri="http://127.0.0.1:9/"), by=None)


def test_an_operator_changes_a_client_but_not_its_sector(desk_of, agency, ministry, recorded):
    sent = {
        "name": "새 이름", "name_en": "New name", "institution": ministry.pk, "client_type": "public",
        "redirect_uris": BACK + "/2", "post_logout_redirect_uris": "", "backchannel_uri": "", "scopes": [],
    }  # fmt: skip
    assert desk_of.post(f"{LIST}{agency.client.pk}/change/", sent).status_code == 302
    changed = Client.objects.get()
    assert (changed.name, changed.redirect_uris, changed.scopes) == ("새 이름", BACK + "/2", [])
    assert (changed.institution, changed.client_type) == (agency.client.institution, "confidential")
    assert recorded()[-1] == "openid.revise"
    with pytest.raises(ValueError, match="institution"):
        revise(agency.client, by=None, institution=ministry)


def test_what_may_not_be_asked_for_any_more_is_not_told(phone, agency, code_for):
    code_for(phone, agency, scope="openid email")
    revise(agency.client, by=None, scopes=[])
    assert words_of(phone.get(agency.asks(scope="openid email")))["error"] == "invalid_scope"


def test_a_client_is_taken_out_of_use_and_back(desk_of, agency, phone, recorded):
    for deed, status in (("disable", 400), ("enable", 200)):
        desk_of.post(LIST, {"action": deed, "_selected_action": [agency.client.pk]})
        assert recorded()[-1] == f"openid.{deed}"
        assert phone.get(agency.asks()).status_code == status
    assert desk_of.post(f"{LIST}{agency.client.pk}/delete/", {"post": "yes"}).status_code == 403


def test_a_new_secret_makes_the_old_one_worthless(desk_of, agency, phone, code_for, recorded):
    code = code_for(phone, agency)
    page = desk_of.post(LIST, {"action": "renew_secret", "_selected_action": [agency.client.pk]})
    new = re.search(r'<code id="secret">([\w-]{43})</code>', page.content.decode())[1]
    assert recorded()[-1] == "openid.renew_secret"
    assert agency.exchanges(code).status_code == 401
    agency.secret = new
    assert agency.exchanges(code).status_code == 200


def test_a_public_client_gets_no_secret(make_agency, town, desk_of):
    app = make_agency(town, client_type="public")
    with pytest.raises(Invalid):
        renew_secret(app.client, by=None)
    assert desk_of.post(LIST, {"action": "renew_secret", "_selected_action": [app.client.pk]}).status_code == 302
    assert Client.objects.get().client_secret == ""


@pytest.mark.refuses("openid.register")
@pytest.mark.refuses("openid.revise")
@pytest.mark.refuses("openid.renew_secret")
@pytest.mark.refuses("openid.disable")
@pytest.mark.refuses("openid.enable")
def test_only_operators_do_any_of_this(town, agency, manager, stranger):
    for person in (manager, stranger):
        with pytest.raises(Refused):
            register(unsaved(town), by=person)
        with pytest.raises(Refused):
            revise(agency.client, by=person, name="x")
        for deed in (renew_secret, disable, enable):
            with pytest.raises(Refused):
                deed(agency.client, by=person)
        browser = Browser()
        browser.force_login(person.account)
        assert browser.get(LIST).status_code == 302


def test_an_operator_sees_nobody_through_it(desk_of, phone, agency, citizen, code_for):
    agency.tokens(code_for(phone, agency))
    shown = {model.__name__ for model in admin.site._registry if model._meta.app_label in ("openid", "oauth2_provider")}
    assert shown == {"Client"}
    pages = [LIST, f"{LIST}{agency.client.pk}/change/", f"{LIST}{agency.client.pk}/history/", "/my/agencies/"]
    for address in pages:
        page = desk_of.get(address)
        assert page.status_code == 200, address
        assert citizen.name not in page.content.decode()
        assert citizen.email not in page.content.decode()
    for model in (Consent, SignIn):
        assert model.objects.exists()
        assert not model.objects.visible_to(desk_of.get("/my/").wsgi_request.user.person).exists()
        assert not model.objects.visible_to(None).exists()


def command(*words):
    out = StringIO()
    call_command("openid", *words, stdout=out)
    return out.getvalue()


def test_a_client_is_registered_on_the_command_line(town, recorded):
    out = command("register", "town", "토지", "Land", "--redirect", BACK, "--scope", "email", "--post-logout", BACK)
    client = Client.objects.get()
    assert f"client_id {client.client_id}\nclient_secret " in out
    assert (client.institution, client.scopes, client.redirect_uris) == (town, ["email"], BACK)
    assert recorded()[-1] == "openid.register"
    assert "client_secret" not in command("register", "town", "앱", "App", "--redirect", BACK, "--public")
    with pytest.raises(CommandError, match="no institution"):
        command("register", "nowhere", "x", "x", "--redirect", BACK)
    with pytest.raises(CommandError, match="redirect_uris"):
        command("register", "town", "x", "x", "--redirect", "http://x.example/")
