"""Whom a person counts as when the index is asked."""

from madang.kernel.identity.models import Person
from madang.kernel.institutions.models import Post
from madang.kernel.institutions.queries import is_auditor, posts_of

from ..contracts import EVERYONE

REFERRERS = (Post.Role.DESK, Post.Role.MANAGER)


def audiences(person: Person | None) -> frozenset[str] | None:
    """The audiences a person belongs to; None: auditors find everything."""
    if person is None:
        return frozenset({EVERYONE})
    if is_auditor(person):
        return None
    found = {EVERYONE, f"person-{person.pk}"}
    for post in posts_of(person):
        found.add(f"department-{post.department_id}" if post.department_id else f"institution-{post.institution_id}")
        if post.role in REFERRERS and not post.department_id:
            found.add(f"referrer-{post.institution_id}")
    return frozenset(found)
