"""Where an agency sends people who sign out: they are asked, for it ends their session here and everywhere it led."""

from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from madang.kernel.identity.queries import person_of

from ..models import Client
from ..queries import hinted, subject
from .authorize import leads_to, with_words


@never_cache
def sign_out(request: HttpRequest) -> HttpResponse:
    """The end-session endpoint (OpenID Connect RP-Initiated Logout). Who is signed out already goes on at once."""
    client, claims = _who_asks(request)
    back = request.GET.get("post_logout_redirect_uri", "")
    known = client is not None and back != "" and client.post_logout_redirect_uri_allowed(back)
    where = with_words(back, {"state": request.GET.get("state")}) if known else ""
    person = person_of(request)
    # A hint that means somebody else must not sign this person out on the quiet: they are asked like everyone.
    gone = person is None
    if person is not None and request.method == "POST":
        logout(request)
        gone = True
    if gone:
        return HttpResponseRedirect(where) if where else redirect("portal:home")
    context = {
        "client": client,
        "another": bool(client and claims and person and claims.get("sub") != subject(client, person)),
        "breadcrumbs": [(_("Sign out"), "")],
    }
    page = render(request, "openid/sign_out.html", context)
    return leads_to(page, where) if where else page


def _who_asks(request: HttpRequest) -> tuple[Client | None, dict[str, object] | None]:
    """The client, by the ID token it shows or by its name; both must say the same."""
    hint = request.GET.get("id_token_hint", "")
    claims = hinted(hint) if hint else None
    name = request.GET.get("client_id", "") or (str(claims["aud"]) if claims else "")
    if claims and claims["aud"] != name:
        return None, None
    found = Client.objects.filter(client_id=name, is_active=True).first() if name.isprintable() else None
    return found, claims
