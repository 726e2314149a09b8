"""A mandate is proposed, accepted, refused, confirmed and ended; each is on record, and nobody else's to do."""

from datetime import UTC, date, datetime, timedelta
from threading import Barrier, Thread

import pytest
from django.db import connection
from django.utils import timezone

from madang.kernel.audit.models import Record
from madang.kernel.common import moment
from madang.kernel.common.errors import Conflict, DomainError, Invalid, Refused, TooMany
from madang.kernel.events.actions import deliver
from madang.kernel.identity.models import Company, Person
from madang.kernel.institutions.actions import appoint as give_post
from madang.kernel.mandates import actions
from madang.kernel.mandates.models import Mandate
from madang.kernel.mandates.queries import held, represented, visible_to
from madang.kernel.mandates.rules import latest_end
from madang.kernel.notices.models import Notice

TODAY = timezone.localdate


def child(parent, born=None, name="김아이"):
    born = born or TODAY() - timedelta(days=8 * 365)
    return Mandate(kind="child", agent=parent, stated={"name": name, "born": str(born)})


def firm(person, number="123-45-67890", name="마당건설"):
    return Mandate(kind="company", agent=person, stated={"name": name, "number": number})


def tell():
    while deliver():
        pass


def told(person):
    return list(Notice.objects.filter(person=person).order_by("id").values_list("template", flat=True))


def test_nothing_holds_before_the_other_side_has_accepted(power, mother, son, recorded):
    made = actions.propose(power(mother), by=mother, to="SON@example.org ")
    assert made.state() == "proposed"
    assert held(son) == []
    tell()
    assert (told(son), told(mother)) == (["mandates/proposed"], [])
    actions.accept(made, by=son)
    assert [one.pk for one in held(son)] == [made.pk]
    tell()
    assert (told(son), told(mother)) == (["mandates/proposed"], ["mandates/accepted"])
    assert [name for name in recorded() if name.startswith("mandates.")] == ["mandates.propose", "mandates.accept"]
    line = Record.objects.get(action="mandates.accept")
    assert line.details == {"principal": mother.pk, "agent": son.pk, "company": None}
    assert line.subject == made.number


def test_who_would_act_may_propose_and_who_is_acted_for_accepts(power, mother, son):
    made = actions.propose(power(agent=son), by=son, to=mother.account.login)
    with pytest.raises(Refused):
        actions.accept(made, by=son)
    actions.accept(made, by=mother)
    assert [one.for_whom for one in held(son)] == ["Mother"]


@pytest.mark.refuses("mandates.propose")
def test_nobody_proposes_for_anybody_else(power, mother, son, stranger):
    for wrong in (power(mother), power(agent=son), power(mother, son), power(), Mandate(kind="child", agent=son)):
        with pytest.raises(Refused):
            actions.propose(wrong, by=stranger, to="x@example.org")
    with pytest.raises(Refused):
        actions.propose(power(stranger, son), by=stranger, to="x@example.org")
    company = Company.objects.create(number="1234567890", name="마당건설")
    with pytest.raises(Refused):
        actions.propose(Mandate(kind="company", company=company, post="employee", may="all"), by=stranger, to="x@e.org")
    assert not Mandate.objects.exists()


@pytest.mark.refuses("mandates.accept")
def test_only_who_was_asked_accepts(power, mother, son, stranger, desk):
    made = actions.propose(power(mother), by=mother, to=son.account.login)
    for person, status in ((stranger, 404), (desk, 404), (mother, 403)):
        with pytest.raises(Refused) as refused:
            actions.accept(made, by=person)
        assert refused.value.status == status
    made.refresh_from_db()
    assert made.state() == "proposed"


@pytest.mark.refuses("mandates.refuse")
def test_what_was_refused_stays_visible_and_holds_never(power, mother, son, stranger, recorded):
    made = actions.propose(power(mother), by=mother, to=son.account.login)
    with pytest.raises(Refused):
        actions.refuse(made, by=stranger)
    actions.refuse(made, by=son)
    assert recorded()[-1] == "mandates.refuse"
    for person in (mother, son):
        assert [one.state() for one in visible_to(person)] == ["refused"]
    for act in (actions.accept, actions.refuse):
        with pytest.raises(Conflict):
            act(made, by=son)
    tell()
    assert told(mother) == ["mandates/refused"]


@pytest.mark.refuses("mandates.end")
def test_either_side_ends_it_at_once(agreed, mother, son, stranger, recorded):
    for one, other in ((mother, son), (son, mother)):
        made = agreed(mother, son)
        with pytest.raises(Refused):
            actions.end(made, by=stranger)
        actions.end(made, by=one)
        assert recorded()[-1] == "mandates.end"
        assert held(son) == []
        with pytest.raises(Conflict):
            actions.end(made, by=other)
        tell()
        assert told(other)[-1] == "mandates/ended"
    assert [one.state() for one in visible_to(son)] == ["ended", "ended"]


def test_a_proposal_is_taken_back_by_its_proposer_alone(power, mother, son):
    made = actions.propose(power(mother), by=mother, to=son.account.login)
    with pytest.raises(Refused):
        actions.end(made, by=son)
    actions.end(made, by=mother)
    with pytest.raises(Conflict):
        actions.accept(made, by=son)


def test_whether_an_e_mail_has_an_account_is_told_to_nobody(power, mother, son):
    known = actions.propose(power(mother), by=mother, to=son.account.login)
    unknown = actions.propose(power(mother), by=mother, to="nobody@example.org")
    tell()
    assert [(one.who_acts, one.for_whom, one.state()) for one in (known, unknown)] == [
        ("son@example.org", "Mother", "proposed"),
        ("nobody@example.org", "Mother", "proposed"),
    ]
    assert told(mother) == []
    actions.refuse(known, by=son)
    known.refresh_from_db()
    assert known.who_acts == "son@example.org"


def test_a_proposal_without_an_answer_lapses(power, mother, son):
    made = actions.propose(power(mother), by=mother, to=son.account.login)
    Mandate.objects.update(proposed_at=timezone.now() - timedelta(days=31))
    with pytest.raises(Conflict):
        actions.accept(made, by=son)
    assert [one.state() for one in visible_to(son)] == ["lapsed"]


def test_a_power_of_attorney_has_an_end_of_at_most_two_years(power, mother, son):
    since = TODAY()
    latest = latest_end(since, 2)
    for until in (None, since - timedelta(days=1), latest + timedelta(days=1)):
        with pytest.raises(Invalid) as wrong:
            actions.propose(power(mother, until=until), by=mother, to=son.account.login)
        assert set(wrong.value.fields) == {"until"}
    actions.propose(power(mother, until=latest), by=mother, to=son.account.login)


@pytest.mark.parametrize(
    ("more", "to", "field"),
    [
        ({"scope": ["no.such"]}, "son@example.org", "scope"),
        ({"since": date(2020, 1, 1)}, "son@example.org", "since"),
        ({"since": date(9999, 1, 1), "until": date(9999, 12, 31)}, "son@example.org", "since"),
        ({"kind": "agent"}, "son@example.org", "licence"),
        ({}, "", "to"),
        ({}, "Mother@example.org", "to"),
    ],
)
def test_every_mistake_is_named_with_its_field(power, mother, son, more, to, field):
    with pytest.raises(Invalid) as wrong:
        actions.propose(power(mother, **more), by=mother, to=to)
    assert field in wrong.value.fields


def test_nobody_is_flooded_with_proposals(power, mother):
    for number in range(20):
        actions.propose(power(mother), by=mother, to=f"a{number}@example.org")
    for one in Mandate.objects.all():
        actions.end(one, by=mother)
    with pytest.raises(TooMany):
        actions.propose(power(mother), by=mother, to="b@example.org")
    Mandate.objects.update(proposed_at=timezone.now() - timedelta(days=1))
    actions.propose(power(mother), by=mother, to="b@example.org")


@pytest.mark.refuses("mandates.confirm")
def test_an_officer_of_a_desk_confirms_a_parent(version, son, stranger, officer, desk, town, recorded):
    made = actions.propose(child(son), by=son)
    assert not Person.objects.filter(name="김아이").exists()
    for person in (stranger, officer, son):
        with pytest.raises(Refused):
            actions.confirm(made, by=person)
    confirmed = actions.confirm(made, by=desk)
    assert (confirmed.confirmed_by, confirmed.confirmed_at) == (desk, town)
    assert (held(son)[0].for_whom, held(son)[0].stands_as) == ("김아이", "representative")
    assert held(son)[0].principal.birth_date == date.fromisoformat(made.stated["born"])
    line = Record.objects.get(action="mandates.confirm")
    assert (line.actor_id, line.institution_id) == (desk.pk, town.pk)
    with pytest.raises(Conflict):
        actions.confirm(made, by=desk)
    assert Person.objects.filter(name="김아이").count() == 1


def test_nobody_confirms_what_they_proposed_themselves(version, desk):
    made = actions.propose(child(desk), by=desk)
    with pytest.raises(Refused):
        actions.confirm(made, by=desk)


def test_a_child_with_an_account_accepts_it_there(version, son, make_person, desk):
    kid = make_person("Kid")
    made = actions.propose(child(son), by=son, to=kid.account.login)
    with pytest.raises(Refused):
        actions.confirm(made, by=desk)
    actions.accept(made, by=kid)
    assert held(son)[0].principal == kid


def test_of_age_is_no_child_and_the_day_before_is_the_last(version, son, make_person):
    """Born on 23 November 2007: of age on 23 November 2026, on which the mandate is over by itself."""
    noon = datetime(2026, 11, 22, 3, tzinfo=UTC)
    kid = make_person("Kid")
    with moment.as_of(noon):
        for born in ("2007-11-22", "2026-11-23", "2020-02-31", "x"):
            with pytest.raises(Invalid) as wrong:
                actions.propose(child(son, born=born), by=son)
            assert "born" in wrong.value.fields
        made = actions.accept(actions.propose(child(son, born="2007-11-23"), by=son, to=kid.account.login), by=kid)
        assert made.until == date(2026, 11, 22)
        assert [one.pk for one in held(son)] == [made.pk]
    with moment.as_of(noon + timedelta(days=1)):
        assert held(son) == []
        assert [one.state() for one in visible_to(son)] == ["expired"]


def test_the_desk_that_confirmed_a_parent_may_end_it(version, son, desk, appoint, ministry):
    made = actions.confirm(actions.propose(child(son), by=son), by=desk)
    with pytest.raises(Refused):
        actions.end(made, by=appoint("Other", ministry, "desk"))
    actions.end(made, by=desk)
    assert held(son) == []


def test_a_confirmed_representative_appoints_others_for_the_company(version, son, mother, stranger, desk):
    actions.confirm(actions.propose(firm(son), by=son), by=desk)
    (company,) = represented(son).values()
    assert (company.number, company.name) == ("1234567890", "마당건설")
    employee = Mandate(kind="company", company=company, post="employee", may="all")
    made = actions.accept(actions.propose(employee, by=son, to=mother.account.login), by=mother)
    assert made.stands_as == "agent"
    assert represented(mother) == {}
    with pytest.raises(Refused):
        actions.propose(Mandate(kind="company", company=company, post="employee"), by=mother, to=stranger.account.login)
    actions.end(made, by=son)
    assert held(mother) == []


def test_a_company_that_is_known_keeps_its_name(version, son, mother, desk):
    for person, name in ((son, "마당건설"), (mother, "다른이름")):
        actions.confirm(actions.propose(firm(person, name=name), by=person), by=desk)
    assert [(one.number, one.name) for one in Company.objects.all()] == [("1234567890", "마당건설")]
    assert represented(son) == represented(mother)


def test_an_officer_refuses_what_the_papers_do_not_show(version, son, desk, stranger):
    made = actions.propose(firm(son), by=son)
    with pytest.raises(Refused):
        actions.refuse(made, by=stranger)
    actions.refuse(made, by=desk)
    assert not Company.objects.exists()
    with pytest.raises(Conflict):
        actions.confirm(made, by=desk)


@pytest.mark.refuses("mandates.look")
def test_that_an_officer_looked_is_on_record(version, son, desk, town, stranger):
    made = actions.propose(child(son), by=son)
    with pytest.raises(Refused):
        actions.look(made, by=stranger)
    actions.look(made, by=desk)
    line = Record.objects.get(action="mandates.look")
    assert (line.subject, line.actor_id, line.institution_id) == (made.number, desk.pk, town.pk)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("rival", [actions.confirm, actions.refuse])
def test_of_two_who_decide_at_once_one_is_told_that_it_is_over(version, son, desk, make_person, town, rival):
    other = make_person("Colleague")
    give_post(other, by=None, institution=town, role="desk")
    made = actions.propose(firm(son), by=son)
    start, outcomes = Barrier(2), []

    def decide(act, person):
        start.wait()
        try:
            act(made, by=person)
            outcomes.append(act)
        except DomainError as error:
            outcomes.append(error.code)
        finally:
            connection.close()

    threads = [Thread(target=decide, args=pair) for pair in ((actions.confirm, desk), (rival, other))]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert sorted(str(one) == "mandates.settled" for one in outcomes) == [False, True]
    made.refresh_from_db()
    assert made.state() == ("holds" if actions.confirm in outcomes else "refused")
    assert Record.objects.filter(subject=made.number).count() == 2
