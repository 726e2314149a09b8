"""Looking at a case is an act too: whose case it is can see who looked, and what for."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from madang.kernel.audit.actions import action, be_sure_of, record
from madang.kernel.common import moment
from madang.kernel.common.errors import Invalid
from madang.kernel.identity.models import Person
from madang.kernel.identity.rules import VERIFIED

from ..models import Case, Unmasking
from ..queries import secret_answers, standing_posts
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


@action("cases.unmask")
def unmask(case: Case, *, by: Person, field: str, reason: str) -> Mapping[str, Any]:
    """An officer reads one secret answer, and says why; returns the answers with this one whole.

    The reason is told to the applicant.
    """
    require("unmask", case, by)
    be_sure_of(by, VERIFIED)
    if field not in secret_answers(case):
        raise Invalid(fields={"field": [_("There is no secret answer of this name.")]})
    if not reason.strip():
        raise Invalid(fields={"reason": [_("Write why you need to read it; the applicant is told.")]})
    posts = standing_posts(by, case)
    post = posts[looks_as(posts)]
    row = Unmasking.objects.create(case=case, by=by, at=moment.now(), field=field, reason=reason)
    record(case, by=by, institution_id=post.institution_id, field=field, unmasking=row.pk)
    return case.answers(lambda path: path.partition(".")[0] == field)
