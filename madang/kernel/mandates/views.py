"""Who acts for me and for whom I act: proposed, accepted, refused, ended; and the desk where papers are compared."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from madang.kernel.common.errors import Conflict, DomainError, Invalid, Refused, TooMany
from madang.kernel.common.limits import Rate, limited
from madang.kernel.identity.models import Person
from madang.kernel.identity.queries import person_of
from madang.kernel.notices.engine.words import day

from . import actions
from .forms import WAYS
from .models import Mandate
from .queries import by_number, desk_post, represented, scopes, to_confirm, visible_to

# So many stand on the page; a person with more has settled ones from long ago.
MOST = 200
# What each state is called, and its tone.
STATES: dict[str, tuple[Any, str]] = {
    "proposed": (gettext_lazy("waits for an answer"), "warning"),
    "lapsed": (gettext_lazy("lapsed without an answer"), "gray"),
    "refused": (gettext_lazy("refused"), "gray"),
    "coming": (gettext_lazy("agreed, holds later"), "information"),
    "holds": (gettext_lazy("holds"), "success"),
    "expired": (gettext_lazy("its term is over"), "gray"),
    "ended": (gettext_lazy("ended"), "gray"),
}
OPEN = ("proposed", "coming", "holds")


def _person(request: HttpRequest) -> Person:
    person = person_of(request)
    if person is None:
        raise Refused()
    return person


@never_cache
@login_required
@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    """The mandates I gave, those I hold, what waits for me, and what is over."""
    person = _person(request)
    found = [(one, one.state()) for one in visible_to(person)[:MOST]]
    ours = represented(person)
    now = [(one, state) for one, state in found if state in OPEN]
    asked = [(one, state) for one, state in now if state == "proposed" and _asked(one, person)]
    held = [(one, state) for one, state in now if one.agent_id == person.pk and (one, state) not in asked]
    given = [(one, state) for one, state in now if (one, state) not in asked + held]
    context = {
        "asked": _items(asked),
        "held": _items(held),
        "given": _items(given),
        "over": _items([(one, state) for one, state in found if state not in OPEN]),
        "ways": [
            {"title": form.title, "text": form.lead, "url": reverse("mandates:propose", args=[name])}
            for name, form in WAYS.items()
            if name != "appoint" or ours
        ],
        "breadcrumbs": [_my_page(), (_("Acting for others"), "")],
    }
    return render(request, "mandates/list.html", context)


@never_cache
@login_required
def propose(request: HttpRequest, way: str) -> HttpResponse:
    """Proposes a mandate; the answer is the same whether or not the other has an account."""
    person = _person(request)
    companies = represented(person)
    if way not in WAYS or (way == "appoint" and not companies):
        raise Refused()
    form = WAYS[way](request.POST or None, person=person, companies=companies)
    status = 422 if request.method == "POST" else 200
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.propose(form.mandate(), by=person, to=form.cleaned_data.get("to", ""))
        except (Invalid, TooMany) as error:
            _blame(form, error)
            status = error.status
        else:
            messages.success(request, _("Proposed. Nothing holds before it is accepted."))
            return redirect("mandates:one", number=made.number)
    context = {"form": form, "breadcrumbs": [_my_page(), _here(), (str(form.title), "")]}
    return render(request, "mandates/propose.html", context, status=status)


@never_cache
@login_required
@require_safe
def one(request: HttpRequest, number: str) -> HttpResponse:
    """One mandate: what it allows, how it stands, and what its reader can do about it."""
    person = _person(request)
    mandate = by_number(person, number)
    state = mandate.state()
    asked = state == "proposed" and _asked(mandate, person)
    acts = mandate.agent_id == person.pk and mandate.accepted_at is not None
    context = {
        "mandate": mandate,
        "state": STATES[state],
        "rows": _rows(mandate),
        "can_answer": asked,
        "can_end": state in OPEN and not asked,
        "papers": state == "proposed" and mandate.asks_officer,
        "takes_back": state == "proposed",
        "acts": acts,
        "breadcrumbs": [_my_page(), _here(), (mandate.number, "")],
    }
    return render(request, "mandates/one.html", context)


DEEDS: dict[str, tuple[Any, Any]] = {
    "accept": (actions.accept, gettext_lazy("Accepted. You can end it at any time.")),
    "refuse": (actions.refuse, gettext_lazy("Refused. Nothing holds.")),
    "end": (actions.end, gettext_lazy("Ended. From this moment on it does not hold.")),
}


@login_required
@require_POST
def deed(request: HttpRequest, number: str, name: str) -> HttpResponse:
    """Accepts, refuses or ends it; a second click finds it done."""
    person = _person(request)
    mandate = by_number(person, number)
    if name not in DEEDS:
        raise Refused()
    act, done = DEEDS[name]
    return _do(request, act, mandate, person, done, redirect("mandates:one", number=mandate.number))


@never_cache
@login_required
@require_safe
@limited("papers", Rate(30, 60))
def papers(request: HttpRequest) -> HttpResponse:
    """The desk: one proposal, by the number that its proposer shows together with the papers."""
    person = _person(request)
    if desk_post(person) is None:
        raise Refused()
    number = request.GET.get("number", "").strip()[:40]
    mandate, missing = None, False
    if number:
        try:
            mandate = to_confirm(person, number)
            actions.look(mandate, by=person)
        except (Refused, Invalid):
            missing = True
    context = {
        "number": number,
        "missing": missing,
        "mandate": mandate,
        "own": mandate is not None and mandate.proposed_by_id == person.pk,
        "rows": _rows(mandate) if mandate else [],
        "breadcrumbs": [(_("Workbench"), reverse("portal:workbench")), (_("Confirm a mandate"), "")],
    }
    return render(request, "mandates/papers.html", context, status=404 if missing else 200)


DESK_DEEDS: dict[str, tuple[Any, Any]] = {
    "confirm": (actions.confirm, gettext_lazy("Confirmed. It holds.")),
    "refuse": DEEDS["refuse"],
}


@login_required
@require_POST
def confirming(request: HttpRequest, number: str, name: str) -> HttpResponse:
    """An officer has compared the papers, and confirms or refuses."""
    person = _person(request)
    found = {
        "confirm": (actions.confirm, _("Confirmed. It holds.")),
        "refuse": (actions.refuse, _("Refused. Nothing holds.")),
    }
    if name not in found:
        raise Refused()
    act, done = found[name]
    try:
        mandate = to_confirm(person, number)
    except Refused:
        # The second click of two.
        if desk_post(person) is None:
            raise
        messages.warning(request, _("This has been decided already."))
        return redirect("mandates:papers")
    return _do(request, act, mandate, person, done, redirect("mandates:papers"))


def _do(
    request: HttpRequest, act: Any, mandate: Mandate, person: Person, done: Any, back: HttpResponse
) -> HttpResponse:
    try:
        act(mandate, by=person)
    except Conflict as error:
        messages.warning(request, str(error))
    else:
        messages.success(request, str(done))
    return back


def _asked(mandate: Mandate, person: Person) -> bool:
    return mandate.invitee_id == person.pk and not mandate.asks_officer


def _my_page() -> tuple[str, str]:
    return _("My page"), reverse("portal:my-page")


def _here() -> tuple[str, str]:
    return _("Acting for others"), reverse("mandates:list")


def _items(found: list[tuple[Mandate, str]]) -> list[dict[str, Any]]:
    return [
        {
            "title": _("%(agent)s for %(principal)s") % {"agent": one.who_acts, "principal": one.for_whom},
            "url": reverse("mandates:one", args=[one.number]),
            "badges": [(STATES[state][0], STATES[state][1])],
            "meta": [(_("Number of the mandate"), one.number), (_("Kind"), _kind(one)), *_term(one)],
        }
        for one, state in found
    ]


def _kind(mandate: Mandate) -> str:
    post = f" · {mandate.get_post_display()}" if mandate.post else ""
    return f"{mandate.get_kind_display()}{post}"


def _term(mandate: Mandate) -> list[tuple[str, str]]:
    return [(_("From"), day(mandate.since))] + ([(_("Last day"), day(mandate.until))] if mandate.until else [])


def _rows(mandate: Mandate) -> list[tuple[str, Any]]:
    names = dict(scopes())
    rows = [
        (_("Acted for"), mandate.for_whom),
        (_("Who acts"), mandate.who_acts),
        (_("Kind"), _kind(mandate)),
        (_("Registration number of the administrative agent"), mandate.licence),
        (_("Business registration number"), mandate.stated.get("number", "")),
        (_("Date of birth"), mandate.stated.get("born", "")),
        (_("What may be done"), mandate.get_may_display()),
        (_("Which services"), ", ".join(names.get(one, one) for one in mandate.scope) or _("all of them")),
        *_term(mandate),
        (_("Confirmed by"), str(mandate.confirmed_at or "")),
    ]
    return [(term, value) for term, value in rows if value]


def _blame(form: Any, error: DomainError) -> None:
    for name, texts in error.fields.items():
        for text in texts:
            form.add_error(name if name in form.fields else None, text)
    if not error.fields:
        form.add_error(None, str(error))
