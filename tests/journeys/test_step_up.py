"""A procedure wants to know surely who asks: an identity provider vouches on the way, and not a word is lost."""

from typing import Any

import pytest

from madang.kernel.cases.actions import file
from madang.kernel.cases.models import Case
from madang.kernel.common.errors import StepUp
from madang.kernel.identity.actions import end_identification
from madang.kernel.identity.rules import VERIFIED, providers
from madang.kernel.openid.actions import register
from madang.kernel.openid.models import Client
from madang.kernel.procedures.actions import publish
from madang.kernel.procedures.models import Version
from madang.kernel.procedures.queries import definition_files, examine

from .conftest import Visit
from .stage import BODY, PASSWORD, TITLE, Stage

pytestmark = pytest.mark.browser


@pytest.fixture
def sure(stage: Stage) -> Version:
    """A suggestion that only those may make who have shown who they are."""
    (text,) = (one.path.read_text("utf-8") for one in definition_files() if one.path.stem == "suggestion")
    named = text.replace("id: petitions.suggestion", "id: petitions.sure\nsign_in: {level: 2}")
    definition = examine(named).procedure
    assert definition is not None
    return publish(definition, by=None)


@pytest.fixture
def vouching(site: str, stage: Stage, settings: Any) -> None:
    """An OpenID provider that vouches for people: this site's own, spoken to as to any other."""
    settings.OAUTH2_PROVIDER = settings.OAUTH2_PROVIDER | {"OIDC_ISS_ENDPOINT": site}
    client = Client(
        institution=stage.institutions["land"], name="본인확인", name_en="Proof of identity",
        redirect_uris=f"{site}/account/oidc/home/login/callback/", scopes=["profile", "email"],
    )  # fmt: skip
    secret = register(client, by=None)
    file_of_a_city = (
        f'[{{"id": "home", "name": {{"ko": "마당 인증", "en": "Madang ID"}}, "server": "{site}",'
        f' "client": "{client.client_id}", "secret": "HOME_SECRET", "level": 2}}]'
    )
    settings.IDENTITY_PROVIDERS = providers(file_of_a_city, {"HOME_SECRET": secret})
    apps = [one.app for one in settings.IDENTITY_PROVIDERS]
    settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": apps, "OAUTH_PKCE_ENABLED": True}}


@pytest.mark.usefixtures("vouching")
@pytest.mark.parametrize("javascript", [True, False], ids=["with JavaScript", "without"])
def test_who_must_show_who_they_are_goes_on_where_they_were(
    visit: Visit, stage: Stage, sure: Version, javascript: bool
):
    data = {"title": TITLE, "body": BODY}
    with pytest.raises(StepUp):
        file(sure, by=stage.citizen, data=data, institution=stage.institutions["town"])
    assert not Case.objects.exists()

    citizen = visit(width=360, javascript=javascript)
    citizen.go("/apply/petitions.sure/")
    citizen.page.fill("[name=login]", "citizen@example.org")
    citizen.page.fill("[name=password]", PASSWORD)
    citizen.press("로그인")
    assert "/my/step-up/" in citizen.page.url
    citizen.press("마당 인증")
    citizen.press("동의하고 계속")
    # What opens the account is added to by its owner alone, not by whoever finds the browser open.
    citizen.page.fill("[name=password]", PASSWORD)
    citizen.press("확인")
    assert citizen.page.url.endswith("/apply/petitions.sure/")
    citizen.write("제목", TITLE)
    citizen.write("내용", BODY)

    # While they write, what vouched for them ends.
    end_identification(stage.citizen, by=None, provider="home")
    citizen.press("다음")
    assert "/my/step-up/" in citizen.page.url
    citizen.press("마당 인증")
    assert "/apply/petitions.sure/" in citizen.page.url
    assert citizen.page.input_value("[name=title]") == TITLE
    assert citizen.page.input_value("[name=body]") == BODY
    citizen.press("다음")
    citizen.press("보내기")
    assert Case.objects.get().applicant == stage.citizen
    stage.citizen.refresh_from_db()
    assert stage.citizen.identifications.get(ended_at=None).level == VERIFIED
