"""Forms that were begun: kept for their person alone, and not for ever."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from madang.kernel.common.errors import Invalid, Refused
from madang.kernel.procedures.actions import _clear, clear_drafts, discard_draft, save_draft
from madang.kernel.procedures.models import Draft
from madang.kernel.procedures.queries import draft_of, drafts_visible_to


def test_a_draft_keeps_what_can_be_kept(published: Any, citizen: Any):
    draft = save_draft(
        published, by=citizen, data={"title": " 가로등 ", "kind": "sea", "evil": 1, "cost": "3,000"}, page=1
    )
    assert draft.data == {"title": "가로등", "cost": 3000}
    assert (draft.page, draft.version) == (1, published)


def test_a_draft_replaces_the_one_before(published: Any, citizen: Any):
    first = save_draft(published, by=citizen, data={"title": "a"})
    second = save_draft(published, by=citizen, data={"title": "b"}, page=99)
    assert first.pk == second.pk
    assert (second.data, second.page) == ({"title": "b"}, 3)


def test_a_draft_is_seen_by_its_person_alone(published: Any, citizen: Any, stranger: Any):
    draft = save_draft(published, by=citizen, data={"title": "a"})
    assert draft_of(citizen, "tests.everything") == draft
    assert draft_of(stranger, "tests.everything") is None
    assert not drafts_visible_to(None).exists()


@pytest.mark.refuses("procedures.discard_draft")
def test_nobody_else_throws_a_draft_away(published: Any, citizen: Any, stranger: Any, recorded: Any):
    draft = save_draft(published, by=citizen, data={"title": "a"})
    with pytest.raises(Refused):
        discard_draft(draft, by=stranger)
    discard_draft(draft, by=citizen)
    assert not Draft.objects.exists()
    assert recorded()[-2:] == ["procedures.save_draft", "procedures.discard_draft"]


@pytest.mark.refuses("procedures.save_draft")
def test_a_passer_by_keeps_no_draft(published: Any):
    with pytest.raises(Refused):
        save_draft(published, by=None, data={"title": "a"})


def test_a_draft_that_is_far_too_large_is_refused(published: Any, citizen: Any):
    with pytest.raises(Invalid):
        save_draft(published, by=citizen, data={"witnesses": ["x" * 1000] * 400})
    assert not Draft.objects.exists()


@pytest.mark.parametrize("days", [29, 31])
def test_drafts_are_deleted_after_thirty_days(published: Any, citizen: Any, stranger: Any, days: int):
    save_draft(published, by=citizen, data={"title": "a"})
    save_draft(published, by=stranger, data={"title": "b"})
    Draft.objects.filter(person=citizen).update(updated_at=timezone.now() - timedelta(days=days))
    assert clear_drafts() == (days == 31)
    assert Draft.objects.filter(person=citizen).exists() == (days == 29)
    assert Draft.objects.filter(person=stranger).exists()


@pytest.mark.refuses("procedures.clear_drafts")
def test_only_the_system_clears_away(published: Any, citizen: Any, operator: Any):
    save_draft(published, by=citizen, data={"title": "a"})
    for person in (citizen, operator):
        with pytest.raises(Refused):
            _clear(Draft.objects.all(), by=person)
    assert Draft.objects.count() == 1
