"""Looking at a case is an act too: whose case it is can see who looked, and what for."""

from typing import Any

from madang.kernel.audit.actions import action, record
from madang.kernel.identity.models import Person

from ..models import Case
from ..queries import standing_posts
from ..rules import PURPOSES, looks_as
from .base import for_whom, require


@action("cases.look", single=True)
def look(case: Case, *, by: Person, **what: Any) -> None:
    """An officer opens a case, or a file of it: on record, and shown to the applicant with the purpose.

    Personal Information Protection Act art. 29 and 35; the Standard of Measures for its safety, art. 8: who handles
    personal data leaves a record of access. Who holds a mandate of the applicant is no office; their look is on record
    all the same, without an institution, and the applicant sees it under their name.
    """
    require("read", case, by)
    if acted := for_whom(case, by):
        record(case, by=by, purpose="mandate", **acted, **what)
        return
    posts = standing_posts(by, case)
    standing = looks_as(posts)
    record(case, by=by, institution_id=posts[standing].institution_id, purpose=PURPOSES[standing], **what)


def looked(case: Case, *, by: Person | None, **what: Any) -> None:
    """Puts a look on record, unless it is the applicant's own."""
    if by is not None and by.pk != case.applicant_id:
        look(case, by=by, **what)
