"""Looking at a case is an act too: whose case it is can see who looked, and what for."""

from typing import Any

from madang.kernel.audit.actions import action, record
from madang.kernel.identity.models import Person

from ..models import Case
from ..queries import looking_post, standings
from ..rules import purpose_of
from .base import require


@action("cases.look", single=True)
def look(case: Case, *, by: Person, **what: Any) -> None:
    """An officer opens a case, or a file of it: on record, and shown to the applicant with the purpose.

    Personal Information Protection Act art. 29 and 35; the Standard of Measures for its safety, art. 8: who handles
    personal data leaves a record of access.
    """
    require("read", case, by)
    post = looking_post(by, case)
    record(
        case, by=by, institution_id=post.institution_id if post else None,
        purpose=purpose_of(standings(by, case)), **what,
    )  # fmt: skip
