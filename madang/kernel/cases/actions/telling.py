"""People are told of what happens to a case, in words that name department, officer and contact (Decree 31)."""

from madang.kernel.identity.models import Person
from madang.kernel.notices.actions import notify

from ..models import Case


def tell(case: Case, person: Person, template: str, *, key: str, **context: object) -> None:
    """Sends a notice about a case to one person; the same key again tells nothing."""
    facts = {
        "case": case,
        "institution": case.institution,
        "department": case.department,
        "officer": case.assignee,
        "contact": (case.department and case.department.phone) or case.institution.phone,
        "due": case.due_at,
    }
    link = f"/cases/{case.number}/"
    notify(person, f"cases/{template}", facts | context, by=None, key=key, case_number=case.number, link=link)
