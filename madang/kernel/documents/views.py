"""How files leave the platform: as attachments that no browser runs."""

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from madang.kernel.identity.queries import person_of

from .models import File
from .queries import visible_to
from .rules import KINDS

PDF = KINDS["pdf"].content_type
_IN_NOTHING = "default-src 'none'; frame-ancestors 'none'; sandbox"
# Chrome's own viewer, a process apart, shows nothing in a sandbox and lays itself out by inline style.
_IN_VIEWER = "default-src 'none'; frame-ancestors 'none'; style-src 'unsafe-inline'"


def serve(file: File, *, inline: bool = False) -> FileResponse:
    """The content of a file, for a person of whom the caller has made sure that they may see it.

    `inline` shows pictures and PDF in the browser; anything else is saved to disk in any case. Nothing is
    run, framed, cached by others or guessed to be something else.
    """
    try:
        content = default_storage.open(file.path)
    except FileNotFoundError as error:
        raise Http404 from error
    show = inline and file.kind.inline
    response = FileResponse(content, as_attachment=not show, filename=file.name, content_type=file.content_type)
    response.headers["Content-Length"] = str(file.size)
    response.headers["X-Content-Type-Options"] = "nosniff"
    is_pdf = show and file.content_type == PDF
    response.headers["Content-Security-Policy"] = _IN_VIEWER if is_pdf else _IN_NOTHING
    response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    response.headers["Cache-Control"] = "private, no-store"
    return response


@login_required
@require_safe
def own_file(request: HttpRequest, token: UUID) -> HttpResponseBase:
    """A file one sent oneself, to look at it again."""
    file = get_object_or_404(visible_to(person_of(request)), token=token)
    return serve(file, inline="inline" in request.GET)
