"""My page: the agencies that know me, what they know, when I went there, and taking it back."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from madang.kernel.identity.models import Person
from madang.kernel.identity.queries import person_of

from ..actions import withdraw
from ..models import SCOPES
from ..queries import agencies_of, sign_ins_of

SHOWN = 20


def _person(request: HttpRequest) -> Person:
    person = person_of(request)
    if person is None:
        raise Http404
    return person


@never_cache
@login_required
@require_safe
def agencies(request: HttpRequest) -> HttpResponse:
    """Who knows me through the sign-in here, and the last times I went there."""
    person = _person(request)
    known = [
        (given, ", ".join(str(label) for scope, label in SCOPES if scope in given.scopes) or _("only that it is you"))
        for given in agencies_of(person)
    ]
    context = {
        "known": known,
        "sign_ins": sign_ins_of(person)[:SHOWN],
        "breadcrumbs": [(_("Agencies that know me"), "")],
    }
    return render(request, "openid/agencies.html", context)


@login_required
@require_POST
def withdrawing(request: HttpRequest, client: str) -> HttpResponse:
    """Takes one's consent back."""
    person = _person(request)
    withdraw(get_object_or_404(agencies_of(person), client__client_id=client), by=person)
    messages.success(request, _("The agency may ask nothing about you any more."))
    return redirect("openid:agencies")
