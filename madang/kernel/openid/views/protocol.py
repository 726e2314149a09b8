"""What an agency's program may do: exchange a code for tokens, and ask with a token who somebody is. Nothing else.

One grant (authorization code), one proof (PKCE by S256), one kind of token at the door (ours, never an ID token).
"""

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.utils.decorators import method_decorator
from oauth2_provider.models import get_access_token_model
from oauth2_provider.oauth2_validators import OAuth2Validator
from oauth2_provider.scopes import BaseScopes
from oauth2_provider.settings import oauth2_settings
from oauth2_provider.views import TokenView
from oauthlib.oauth2 import AuthorizationEndpoint, ResourceEndpoint, TokenEndpoint
from oauthlib.oauth2.rfc6749.grant_types.authorization_code import code_challenge_method_s256
from oauthlib.oauth2.rfc6749.tokens import BearerToken
from oauthlib.openid.connect.core.endpoints.userinfo import UserInfoEndpoint
from oauthlib.openid.connect.core.grant_types import AuthorizationCodeGrant

from ..actions import end
from ..engine import keys
from ..models import Client, SignIn
from ..queries import consent_of, issuer, subject, told
from ..rules import ACR, CLAIMS, digest


class _Grant(AuthorizationCodeGrant):
    def _inflate_claims(self, request: Any) -> None:
        """Single claims cannot be asked for: what an agency may know is said by scopes."""
        request.claims = {}


class Server(AuthorizationEndpoint, TokenEndpoint, ResourceEndpoint, UserInfoEndpoint):
    """The authorization code with PKCE, and no other way in: no implicit or hybrid answer, no password, no refreshing."""

    def __init__(
        self, request_validator: Any, token_expires_in: Any = None, token_generator: Any = None, **rest: Any
    ) -> None:
        bearer = BearerToken(request_validator, token_generator, token_expires_in)
        grant = _Grant(request_validator, refresh_token=False)
        grant.proxy_target._code_challenge_methods = {"S256": code_challenge_method_s256}
        AuthorizationEndpoint.__init__(
            self, default_response_type="code", default_token_type=bearer, response_types={"code": grant}
        )
        TokenEndpoint.__init__(
            self,
            default_grant_type="authorization_code",
            default_token_type=bearer,
            grant_types={"authorization_code": grant},
        )
        ResourceEndpoint.__init__(self, default_token="Bearer", token_types={"Bearer": bearer})  # noqa: S106
        UserInfoEndpoint.__init__(self, request_validator)


class Token(TokenView):
    """The endpoint of codes; the library's other flow (devices) is not there."""

    # One transaction, in which the sign-in is locked: of two that bring the same code at once, one is the second.
    @method_decorator(transaction.atomic)
    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self.authorization_flow_token_response(request)


class Scopes(BaseScopes):
    """Each client may ask for what it was registered for, and for who somebody is."""

    def get_all_scopes(self) -> dict[str, str]:
        return {scope: scope for scope in CLAIMS}

    def get_available_scopes(
        self, application: Any = None, request: Any = None, *args: Any, **kwargs: Any
    ) -> list[str]:
        return ["openid", *(application.scopes if application else [])]

    def get_default_scopes(self, application: Any = None, request: Any = None, *args: Any, **kwargs: Any) -> list[str]:
        return []


class Validator(OAuth2Validator):
    """The library's answers, made narrower: codes and secrets are hashed, nothing is assumed that was not asked."""

    # A secret has 256 random bits: its hash needs no salt and no slowness.
    def _check_secret(self, provided_secret: str, stored_secret: str) -> bool:
        return bool(stored_secret) and constant_time_compare(digest(provided_secret), stored_secret)

    def _load_application(self, client_id: str | None, request: Any) -> Client | None:
        # What no table can hold is nobody's name.
        return super()._load_application(client_id, request) if client_id and client_id.isprintable() else None

    def is_pkce_required(self, client_id: str, request: Any) -> bool:
        return True

    def validate_grant_type(
        self, client_id: str, grant_type: str, client: Any, request: Any, *args: Any, **kwargs: Any
    ) -> bool:
        return grant_type == "authorization_code"

    def validate_response_type(
        self, client_id: str, response_type: str, client: Any, request: Any, *args: Any, **kwargs: Any
    ) -> bool:
        return response_type == "code"

    def validate_scopes(self, client_id: str, scopes: list[str], client: Any, request: Any, *a: Any, **k: Any) -> bool:
        return "openid" in scopes and super().validate_scopes(client_id, scopes, client, request)

    def get_default_redirect_uri(self, client_id: str, request: Any, *args: Any, **kwargs: Any) -> None:
        return None

    # The page decides these, with the session at hand.
    def validate_silent_login(self, request: Any) -> bool:
        return True

    def validate_silent_authorization(self, request: Any) -> bool:
        return True

    def save_authorization_code(self, client_id: str, code: dict[str, str], request: Any, *a: Any, **k: Any) -> None:
        request.resource, request.claims = [], {}
        self._create_authorization_code(request, {"code": digest(code["code"])})

    def validate_code(self, client_id: str, code: str, client: Client, request: Any, *args: Any, **kwargs: Any) -> bool:
        """A code is good once, for its client, while the sign-in that it stands for lasts.

        One that comes a second time was stolen, now or before: what was given for it is taken back.
        """
        known = SignIn.objects.select_related("client").select_for_update(of=("self",))
        entered = known.filter(code=digest(code), client=client).first()
        if entered is None:
            return False
        if entered.token:
            if entered.ended_at is None:
                end(entered, by=None)
            return False
        request.sign_in = entered
        good = super().validate_code(client_id, digest(code), client, request)
        return good and entered.ended_at is None and request.user.is_active

    def confirm_redirect_uri(
        self, client_id: str, code: str, redirect_uri: str, client: Any, *args: Any, **kwargs: Any
    ) -> bool:
        return bool(super().confirm_redirect_uri(client_id, digest(code), redirect_uri, client))

    def get_code_challenge(self, code: str, request: Any) -> str:
        return str(super().get_code_challenge(digest(code), request))

    def get_code_challenge_method(self, code: str, request: Any) -> str:
        return str(super().get_code_challenge_method(digest(code), request))

    def get_authorization_code_nonce(self, client_id: str, code: str, redirect_uri: str, request: Any) -> str | None:
        nonce: str | None = super().get_authorization_code_nonce(client_id, digest(code), redirect_uri, request)
        return nonce

    def invalidate_authorization_code(self, client_id: str, code: str, request: Any, *args: Any, **kwargs: Any) -> None:
        super().invalidate_authorization_code(client_id, digest(code), request)

    def finalize_id_token(self, id_token: dict[str, Any], token: Any, token_handler: Any, request: Any) -> str:
        """Who signed in, when and how; what is told about them is asked for with the access token."""
        entered: SignIn = request.sign_in
        expires = timezone.now() + timedelta(seconds=oauth2_settings.ID_TOKEN_EXPIRE_SECONDS)
        claims = id_token | {
            "iss": issuer(),
            "sub": subject(request.client, request.user.person),
            "exp": int(expires.timestamp()),
            "jti": str(uuid4()),
            "auth_time": int(entered.proved_at.timestamp()),
            "acr": f"{ACR}{entered.assurance}",
            "amr": entered.methods,
            "sid": entered.sid,
        }
        return keys.sign(claims, kind="JWT")

    def _check_and_set_request_resource(self, request: Any) -> None:
        request.resource = []

    def _create_access_token(
        self, expires: datetime, request: Any, token: dict[str, Any], source_refresh_token: Any = None
    ) -> Any:
        given = get_access_token_model()(
            user=request.user, application=request.client, scope=token["scope"], expires=expires, resource=[]
        )
        self._set_token_value(given, token["access_token"])
        given.save()
        request.sign_in.token = given.token_checksum
        request.sign_in.save(update_fields=["token"])
        return given

    def validate_bearer_token(self, token: str, scopes: list[str], request: Any) -> bool:
        """A token is shown in the header and nowhere else: addresses are written into logs."""
        shown = "HTTP_AUTHORIZATION" in request.headers
        return shown and super().validate_bearer_token(token, scopes, request) and bool(request.user.is_active)

    def get_userinfo_claims(self, request: Any) -> dict[str, Any]:
        """What the person agreed to tell, with today's values."""
        person = request.user.person
        given = consent_of(person, request.client)
        scopes = [scope for scope in request.scopes if given and scope in given.scopes]
        return {"sub": subject(request.client, person), **told(person, scopes)}
