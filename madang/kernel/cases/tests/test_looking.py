"""Who looks at a case is on record, and whose case it is can see it."""

import pytest
from django.utils import timezone

from madang.kernel.audit.models import Record
from madang.kernel.cases import actions
from madang.kernel.cases.queries import looks_at
from madang.kernel.common.errors import Refused
from madang.kernel.institutions.actions import appoint

LOOK = "cases.look"


def looks(case):
    """What is on record, as (who, from which institution, what for)."""
    found = Record.objects.filter(action=LOOK, subject=case.number).order_by("id")
    return [(one.actor_id, one.institution_id, one.details["purpose"]) for one in found]


def test_an_officer_who_opens_a_case_is_on_record(client, case, citizen, desk, manager, auditor):
    for person in (desk, manager, auditor, citizen):
        client.force_login(person.account)
        assert client.get(f"/cases/{case.number}/").status_code == 200
    town = case.institution_id
    assert looks(case) == [(desk.pk, town, "handling"), (manager.pk, town, "supervision"), (auditor.pk, town, "audit")]


@pytest.mark.refuses("cases.look")
def test_a_stranger_opens_nothing(client, case, outsider, make_person):
    for person in (outsider, make_person("Stranger")):
        client.force_login(person.account)
        assert client.get(f"/cases/{case.number}/").status_code == 404
        with pytest.raises(Refused):
            actions.look(case, by=person)
    assert looks(case) == []


def test_what_everyone_may_read_masked_is_no_look(client, case, outsider):
    type(case).objects.filter(pk=case.pk).update(is_public=True)
    client.force_login(outsider.account)
    assert client.get(f"/cases/{case.number}/").status_code == 200
    assert looks(case) == []


def test_the_applicant_sees_who_looked_in_words(client, case, citizen, desk, manager, django_assert_max_num_queries):
    for _twice in range(2):
        actions.look(case, by=desk)
    actions.look(case, by=manager)
    today = timezone.localdate()
    found = [(one.day, one.number, one.institution, one.purpose, one.times) for one in looks_at(citizen)]
    town = case.institution
    assert found == [(today, case.number, town, "supervision", 1), (today, case.number, town, "handling", 2)]
    client.force_login(citizen.account)
    with django_assert_max_num_queries(8):
        page = client.get("/my/looks/", headers={"accept-language": "en"}).content.decode()
    assert "To approve or supervise the work" in page
    assert case.title in page
    assert desk.name not in page


def test_nobody_sees_the_looks_at_anothers_cases(client, case, desk, make_person):
    actions.look(case, by=desk)
    stranger = make_person("Stranger")
    assert looks_at(stranger) == []
    client.force_login(stranger.account)
    assert case.title not in client.get("/my/looks/").content.decode()
    client.logout()
    assert client.get("/my/looks/").status_code == 302


def test_the_post_that_gives_the_right_is_the_one_on_record(case, make_person, town, ministry):
    """An auditor of the ministry who also works in another department of the town looks as an auditor."""
    person = make_person("Both")
    appoint(person, by=None, institution=town, role="officer", department=town.departments.get(code="roads"))
    appoint(person, by=None, institution=ministry, role="auditor")
    actions.look(case, by=person)
    assert looks(case) == [(person.pk, ministry.pk, "audit")]
