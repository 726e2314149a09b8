"""What frames every page: the facts of the site, the size of text, and the design system that shows itself."""

import json
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from django import forms
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.functional import SimpleLazyObject
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from madang.kernel.common.i18n import text
from madang.kernel.identity.models import Person
from madang.kernel.identity.queries import person_of
from madang.kernel.institutions.models import Post
from madang.kernel.institutions.queries import posts_of
from madang.kernel.notices.queries import unread_count

from .. import rules
from ..contracts import MENU
from ..forms import PersonForm, StyleguideForm
from ..templatetags.marks import first_url
from .holding import writer_mark

_SAMPLE = Path(__file__).parent.parent / "templates" / "portal" / "styleguide.json"
_A_YEAR = 365 * 24 * 3600
TEXT_SIZE = f"{settings.COOKIE_PREFIX}text_size"
# When docs/explanation/accessibility.md was last gone through line by line.
_REVIEWED = date(2026, 11, 22)


def styleguide(request: HttpRequest) -> HttpResponse:
    """Every component with sample content; sent once with errors when the form is sent."""
    form = StyleguideForm(request.POST or None)
    people = forms.formset_factory(PersonForm, extra=1, max_num=5)
    sample = _in_language(json.loads(_SAMPLE.read_text("utf-8")))
    context = sample | {"form": form, "people": people(prefix="people"), "now": timezone.now()}
    return render(request, "portal/styleguide.html", context, status=422 if form.errors else 200)


def accessibility(request: HttpRequest) -> HttpResponse:
    """What the site does so that everyone can use it, what does not work yet, and whom to tell."""
    return render(request, "portal/accessibility.html", {"reviewed": _REVIEWED})


@require_POST
def text_size(request: HttpRequest) -> HttpResponse:
    """Remembers the size of text for this browser, and goes back to the page."""
    back = request.POST.get("next", "/")
    safe = url_has_allowed_host_and_scheme(back, {request.get_host()}, require_https=request.is_secure())
    response = redirect(back if safe else "/")
    size = request.POST.get("size")
    if size in rules.TEXT_SIZES:
        response.set_cookie(TEXT_SIZE, size, max_age=_A_YEAR, samesite="Lax", secure=request.is_secure(), httponly=True)
    return response


def site(request: HttpRequest) -> dict[str, Any]:
    """What every page may say (context processor): facts of the country pack, text size, main menu, unread notices."""
    size = request.COOKIES.get(TEXT_SIZE)
    person = person_of(request) if hasattr(request, "user") else None
    return {
        "facts": _site_facts(),
        "text_size": size if size in rules.TEXT_SIZES else "normal",
        "has_fonts": "fonts" in request.COOKIES,
        "menu": _menu(request, person),
        "unread_notices": unread_count(person) if person else 0,
        "writer": SimpleLazyObject(lambda: writer_mark(person)) if person else "",
    }


def _menu(request: HttpRequest, person: Person | None) -> list[dict[str, Any]]:
    """The main menu: for everyone, and the workbench for those who hold posts."""
    pages = [
        (_("Services"), "portal:services"),
        *((str(item.label), item.address) for item in MENU),
        (_("Institutions"), "portal:institutions"),
        (_("Figures"), "portal:figures"),
    ]
    if any(post.role != Post.Role.AUDITOR for post in posts_of(person)):
        pages.append((_("Workbench"), "portal:workbench"))
    if person is not None and person.account.is_operator:
        pages.append((_("Back office"), "admin:index"))
    found = [(label, first_url(name)) for label, name in pages]
    return [{"label": label, "url": url, "current": request.path.startswith(url)} for label, url in found if url]


@cache
def _site_facts() -> dict[str, Any]:
    facts = settings.COUNTRY_PACK / "site.json"
    return json.loads(facts.read_text("utf-8")) if facts.exists() else {}


def _in_language(sample: Any) -> Any:
    """The sample with {ko, en} texts in the language of the page, and {"days": n} as a moment n days from now."""
    if isinstance(sample, dict):
        if sample.keys() == {"ko", "en"}:
            return text(sample)
        if sample.keys() == {"days"}:
            return timezone.now() + timedelta(days=sample["days"])
        return {key: _in_language(value) for key, value in sample.items()}
    return [_in_language(value) for value in sample] if isinstance(sample, list) else sample
