"""What agencies' programs read before anything else: where everything is, and which keys sign."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from ..engine import keys
from ..queries import issuer
from ..rules import ACR, CLAIMS

_SECONDS = int(keys.FRESH.total_seconds()) // 2


@require_safe
@cache_control(public=True, max_age=_SECONDS)
def configuration(request: HttpRequest) -> HttpResponse:
    """`/.well-known/openid-configuration` (OpenID Connect Discovery 1.0)."""

    def at(name: str) -> str:
        return issuer() + reverse(f"openid:{name}")

    about = {
        "issuer": issuer(),
        "authorization_endpoint": at("authorize"),
        "token_endpoint": at("token"),
        "userinfo_endpoint": at("userinfo"),
        "end_session_endpoint": at("sign-out"),
        "jwks_uri": at("keys"),
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": ["authorization_code"],
        "code_challenge_methods_supported": ["S256"],
        "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post", "none"],
        "subject_types_supported": ["pairwise"],
        "id_token_signing_alg_values_supported": [keys.ALGORITHM],
        "scopes_supported": list(CLAIMS),
        "claims_supported": ["sub", "auth_time", "acr", "amr", "sid", *(one for claims in CLAIMS.values() for one in claims)],
        "acr_values_supported": [f"{ACR}{level}" for level in (1, 2, 3)],
        "prompt_values_supported": ["none", "login", "consent", "select_account"],
        "authorization_response_iss_parameter_supported": True,
        "backchannel_logout_supported": True,
        "backchannel_logout_session_supported": True,
        "claims_parameter_supported": False,
        "request_parameter_supported": False,
        "request_uri_parameter_supported": False,
    }  # fmt: skip
    return JsonResponse(about)


@require_safe
@cache_control(public=True, max_age=_SECONDS)
def key_set(request: HttpRequest) -> HttpResponse:
    """The public keys (a JWK Set)."""
    return JsonResponse({"keys": keys.published()})
