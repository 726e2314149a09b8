"""A citizen makes a passkey, leaves, and comes back with a touch; it opens nothing for another."""

from typing import Any

import pytest
from allauth.mfa.models import Authenticator

from madang.kernel.audit.models import Record

from .conftest import Visit, Visitor
from .stage import PASSWORD, Stage

pytestmark = pytest.mark.browser


def with_authenticator(visitor: Visitor) -> tuple[Any, str]:
    """A telephone that holds passkeys, as Chromium plays one for tests (WebAuthn automation)."""
    devtools = visitor.context.new_cdp_session(visitor.page)
    devtools.send("WebAuthn.enable")
    made = devtools.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "internal",
                "hasResidentKey": True,
                "hasUserVerification": True,
                "isUserVerified": True,
                "automaticPresenceSimulation": True,
            }
        },
    )
    return devtools, str(made["authenticatorId"])


def sign_in(visitor: Visitor, part: str) -> None:
    visitor.page.fill("[name=login]", f"{part}@example.org")
    visitor.page.fill("[name=password]", PASSWORD)
    visitor.press("로그인")


def test_a_passkey_opens_the_account_and_no_other(visit: Visit, stage: Stage):
    citizen = visit()
    # Passkeys belong to a name, never to an address of digits.
    citizen.site = citizen.site.replace("127.0.0.1", "localhost")
    citizen.page.goto(f"{citizen.site}/sign-in/?next=/account/2fa/webauthn/add/")
    devtools, telephone = with_authenticator(citizen)
    sign_in(citizen, "citizen")
    citizen.page.fill("[name=password]", PASSWORD)
    citizen.press("확인")
    citizen.page.locator("#mfa_webauthn_add").click()
    citizen.page.wait_for_url("**/recovery-codes/**")
    assert Authenticator.objects.filter(user=stage.citizen.account, type="webauthn").count() == 1
    assert len(devtools.send("WebAuthn.getCredentials", {"authenticatorId": telephone})["credentials"]) == 1

    citizen.press("로그아웃", within="header")
    citizen.page.goto(f"{citizen.site}/sign-in/?next=/my/account/")
    citizen.page.locator("#passkey_login").click()
    citizen.page.wait_for_url(f"{citizen.site}/my/account/")
    assert "citizen@example.org" in citizen.text()
    assert Record.objects.filter(action="identity.sign_in", actor_id=stage.citizen.pk).count() == 2

    # Whoever knows the password alone is asked for the key.
    thief = visit()
    thief.page.goto(f"{citizen.site}/sign-in/?next=/my/account/")
    sign_in(thief, "citizen")
    assert "/2fa/authenticate/" in thief.page.url
    thief.go("/my/account/")
    assert "/sign-in/" in thief.page.url
