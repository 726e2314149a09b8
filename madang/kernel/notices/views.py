"""The inbox, and what a person wants sent elsewhere."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from madang.kernel.identity.models import Person
from madang.kernel.identity.queries import person_of

from . import actions, queries
from .forms import ChannelsForm


def _person(request: HttpRequest) -> Person:
    person = person_of(request)
    if person is None:
        raise Http404
    return person


@login_required
@require_safe
def inbox(request: HttpRequest) -> HttpResponse:
    """What a person was told, newest first."""
    person = _person(request)
    try:
        before = UUID(request.GET["before"]) if "before" in request.GET else None
    except ValueError as error:
        raise Http404 from error
    notices, following = queries.page_of(person, before)
    here = reverse("notices:inbox")
    context = {
        "notices": notices,
        "older_url": f"{here}?before={following}" if following else "",
        "newest_url": here if before else "",
        "unread": queries.unread_count(person),
    }
    return render(request, "notices/inbox.html", context)


@login_required
@require_POST
def read(request: HttpRequest, notice: UUID) -> HttpResponse:
    """Marks a notice as read, and goes where it points when that was asked for."""
    person = _person(request)
    row = get_object_or_404(queries.visible_to(person), pk=notice)
    actions.mark_read(row, by=person)
    return redirect(row.link if row.link and "follow" in request.POST else "notices:inbox")


@login_required
@require_POST
def read_all(request: HttpRequest) -> HttpResponse:
    """Marks every notice as read."""
    person = _person(request)
    actions.mark_all_read(person, by=person)
    return redirect("notices:inbox")


@login_required
def channels(request: HttpRequest) -> HttpResponse:
    """Lets a person choose what is sent elsewhere."""
    person = _person(request)
    form = ChannelsForm(request.POST if request.method == "POST" else None, wishes=queries.wishes(person))
    if form.is_valid():
        actions.choose_channels(person, by=person, wanted=form.cleaned_data)
        messages.success(request, _("Your choice was saved."))
        return redirect("notices:channels")
    return render(request, "notices/channels.html", {"form": form, "person": person})
