"""Papers of a case, and what nobody but the system does."""

import pytest

from madang.kernel.cases import actions
from madang.kernel.cases.models import Attachment, Case, Clock
from madang.kernel.common.errors import Refused
from madang.kernel.documents.models import File


@pytest.fixture
def paper(db):
    """`paper(person)`: a file that this person sent."""

    def make(owner):
        number = File.objects.count()
        return File.objects.create(
            owner=owner, name="사진.jpg", content_type="image/jpeg", size=3, sha256="0" * 64, path=f"test/{number}"
        )

    return make


def test_papers_come_with_the_case_and_after_it(version, citizen, town, officer, desk, paper):
    first, second, inside = paper(citizen), paper(citizen), paper(desk)
    case = actions.file(version, by=citizen, data={"title": "a", "body": "b"}, institution=town, files=(first,))
    actions.attach(case, by=citizen, file=second)
    actions.attach(case, by=desk, file=inside, internal=True)
    kept = list(case.attachments.order_by("id").values_list("file", "is_internal"))
    assert kept == [(first.pk, False), (second.pk, False), (inside.pk, True)]


@pytest.mark.refuses("cases.file")
def test_nobody_files_the_papers_of_another(version, citizen, stranger, town, paper):
    with pytest.raises(Refused):
        actions.file(version, by=stranger, data={"title": "a", "body": "b"}, institution=town, files=(paper(citizen),))
    assert (Case.objects.count(), Attachment.objects.count()) == (0, 0)


@pytest.mark.refuses("cases.attach")
def test_strangers_add_no_papers_and_nobody_adds_those_of_another(case, citizen, stranger, auditor, desk, paper):
    for by, file in ((stranger, paper(stranger)), (auditor, paper(auditor)), (desk, paper(citizen))):
        with pytest.raises(Refused):
            actions.attach(case, by=by, file=file)
    assert not case.attachments.exists()


@pytest.mark.refuses("cases.wind")
@pytest.mark.refuses("cases.remind")
def test_only_the_system_winds_and_reminds(case, stranger, desk, manager, operator):
    clock = Clock.objects.get(case=case)
    before = list(case.entries.values_list("kind", flat=True))
    for by in (stranger, desk, manager, operator):
        with pytest.raises(Refused):
            actions.wind(clock, by=by)
        with pytest.raises(Refused):
            actions.remind(clock, by=by)
    assert list(case.entries.values_list("kind", flat=True)) == before
