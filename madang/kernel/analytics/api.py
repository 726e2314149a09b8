"""The figures for programs. Open to all: they are counts, and name nobody."""

from typing import Any

from django.http import HttpRequest
from ninja import Query, Router

from .forms import FiguresForm
from .queries.figures import figures
from .schemas import FiguresOut, figures_out

router = Router()


@router.get("/figures", response=FiguresOut, by_alias=True, summary="Figures")
def read(
    request: HttpRequest,
    institution: str = Query("", description="Code or name of an institution."),
    procedure: str = Query("", description="A procedure, or a service as a whole."),
    topic: str = Query("", description="Code of a topic."),
    division: str = Query("", description="Code of a province or district."),
    since: str = Query("", alias="from", description="First day, YYYY-MM-DD; left out: the last twelve months."),
    until: str = Query("", description="Last day; left out: today."),
) -> Any:
    """How many cases came and how they were answered: in all, over time, by institution, topic and place."""
    return figures_out(figures(FiguresForm(request.GET).filters()))
