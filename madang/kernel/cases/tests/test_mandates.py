"""Cases that somebody filed for another: whose they are, who sees them, who does what, and what is left afterwards."""

from datetime import UTC, datetime, timedelta
from threading import Thread

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from madang.kernel.audit.models import Record
from madang.kernel.cases import actions, queries
from madang.kernel.cases.models import Case, Entry
from madang.kernel.cases.queries import acting
from madang.kernel.cases.rules import may
from madang.kernel.common import moment
from madang.kernel.common.errors import Invalid, Refused
from madang.kernel.common.memory import forget
from madang.kernel.documents.actions import keep_file
from madang.kernel.events.actions import deliver
from madang.kernel.institutions.actions import appoint as give_post
from madang.kernel.mandates.actions import accept, confirm, end, propose
from madang.kernel.mandates.models import Mandate
from madang.kernel.notices.models import Notice
from madang.kernel.procedures.actions import publish

DATA = {"title": "가로등 고장", "body": "집 앞 가로등이 꺼져 있습니다."}


@pytest.fixture
def mother(make_person):
    return make_person("Mother")


@pytest.fixture
def son(make_person):
    return make_person("Son")


@pytest.fixture
def agreed(version):
    def make(principal, agent, **more):
        until = timezone.localdate() + timedelta(days=90)
        made = Mandate(principal=principal, **{"kind": "power_of_attorney", "may": "all", "until": until} | more)
        return accept(propose(made, by=principal, to=agent.account.login), by=agent)

    return make


@pytest.fixture
def firm(version, desk):
    """`firm(person)`: the company that this person represents, confirmed by the desk."""

    def make(person):
        stated = {"name": "마당건설", "number": "1234567890"}
        return confirm(propose(Mandate(kind="company", agent=person, stated=stated), by=person), by=desk).company

    return make


@pytest.fixture
def employ(version):
    def make(company, representative, person, **more):
        made = Mandate(kind="company", company=company, **{"post": "employee", "may": "all"} | more)
        return accept(propose(made, by=representative, to=person.account.login), by=person)

    return make


def filed(version, town, by, mandate=None, **more):
    with transaction.atomic():
        made = actions.file(version, by=by, data=DATA, institution=town, mandate=mandate, **more)
    return Case.objects.get(pk=made.pk)


def tell():
    while deliver():
        pass


def told(person):
    return list(Notice.objects.filter(person=person, template__startswith="cases/").values_list("template", flat=True))


def test_what_is_filed_for_another_is_theirs_and_says_who_filed_it(version, town, mother, son, agreed):
    mandate = agreed(mother, son)
    case = filed(version, town, son, mandate)
    assert (case.applicant, case.company, case.mandate, case.whose) == (mother, None, mandate, mother)
    assert queries.standings(mother, case) == {"applicant"}
    assert queries.standings(son, case) == {"agent"}
    line = Record.objects.get(action="cases.file")
    assert (line.actor_id, line.details["for"], line.details["mandate"]) == (son.pk, mother.pk, mandate.pk)
    entry = Entry.objects.get(case=case, kind="filed")
    assert (entry.by, entry.data) == (son, {"for": "applicant"})
    tell()
    assert (told(mother), told(son)) == (["cases/received"], ["cases/received"])


def test_every_act_of_an_agent_says_for_whom(version, town, mother, son, agreed, desk):
    mandate = agreed(mother, son)
    case = filed(version, town, mother)
    asked = actions.ask(case, by=desk, question="어디입니까?")
    actions.reply(asked, by=son, text="다리 위입니다.")
    for _twice in range(2):
        actions.extend(case, by=desk, period="7d", reason="현장 확인")
    actions.consent(case.extensions.last(), by=son, agree=True)
    actions.decide(case, by=desk, text="고쳤습니다.")
    actions.rate(case, by=son, score=1)
    actions.follow_up(case, by=son, text="아직입니다.")
    acts = Record.objects.filter(actor_id=son.pk, action__startswith="cases.").order_by("id")
    assert [one.action for one in acts] == ["cases.reply", "cases.consent", "cases.rate", "cases.follow_up"]
    assert {(one.details["for"], one.details["mandate"]) for one in acts} == {(mother.pk, mandate.pk)}
    lines = Entry.objects.filter(case=case).order_by("id")
    his = [one for one in lines if one.by_id == son.pk]
    assert [(one.kind, one.data["for"]) for one in his] == [
        (kind, "applicant") for kind in ("replied", "extended", "rated", "follow_up")
    ]
    assert not [one for one in lines if one.by_id in (desk.pk, mother.pk) and "for" in one.data]


def test_an_agent_ends_no_procedure_and_who_stands_in_by_law_does(version, town, mother, son, agreed, make_person):
    """Administrative Procedures Act 11(4), 12(2): what ends the procedure needs the principal."""
    case = filed(version, town, son, agreed(mother, son))
    with pytest.raises(Refused) as refused:
        actions.withdraw(case, by=son)
    assert refused.value.status == 403
    kid = make_person("Kid")
    stated = {"name": "김아이", "born": str(timezone.localdate() - timedelta(days=3000))}
    parent = accept(propose(Mandate(kind="child", agent=son, stated=stated), by=son, to=kid.account.login), by=kid)
    other = filed(version, town, son, parent)
    actions.withdraw(other, by=son)
    assert Record.objects.get(action="cases.withdraw").details["for"] == kid.pk


def test_a_reader_reads_everything_and_does_nothing(version, town, mother, son, agreed, desk):
    mandate = agreed(mother, son, may="read")
    case = filed(version, town, mother)
    assert queries.standings(son, case) == {"reader"}
    asked = actions.ask(case, by=desk, question="?")
    with pytest.raises(Refused) as refused:
        actions.reply(asked, by=son, text="x")
    assert refused.value.status == 403
    with pytest.raises(Invalid) as wrong:
        filed(version, town, son, mandate)
    assert "on_behalf_of" in wrong.value.fields


def test_who_only_files_sees_what_they_filed_and_nothing_else(version, town, mother, son, agreed):
    mandate = agreed(mother, son, may="file")
    before, under = filed(version, town, mother), filed(version, town, son, mandate)
    assert queries.standings(son, before) == frozenset()
    assert list(queries.visible_to(son)) == [under] == list(acting.under(mandate))
    with pytest.raises(Refused):
        queries.by_number(son, before.number)


def test_a_scope_is_kept_to(version, town, mother, son, agreed):
    body = version.body | {"id": "other.thing", "prefix": "OTH"}
    other = publish(type(version.definition).from_body(body), by=None)
    mandate = agreed(mother, son, scope=["other.thing"])
    with pytest.raises(Invalid):
        filed(version, town, son, mandate)
    hers, other_of_hers = filed(version, town, mother), filed(other, town, mother)
    assert [may("read", queries.standings(son, one)) for one in (hers, other_of_hers)] == [False, True]
    assert list(acting.under(mandate)) == [other_of_hers] == list(queries.visible_to(son))
    service = agreed(mother, son, scope=["other.thing"])
    Mandate.objects.filter(pk=service.pk).update(scope=["tests"])
    service.refresh_from_db()
    assert list(acting.under(service)) == [hers]


def test_a_procedure_may_want_the_person_themselves(version, town, mother, son, agreed):
    body = version.body | {"id": "tests.oath", "sign_in": {"level": 1, "delegate": False}}
    alone = publish(type(version.definition).from_body(body), by=None)
    mandate = agreed(mother, son)
    with pytest.raises(Invalid) as wrong:
        filed(alone, town, son, mandate)
    assert "on_behalf_of" in wrong.value.fields
    filed(alone, town, mother)


def test_nobody_files_under_anothers_mandate(version, town, mother, son, stranger, agreed):
    mandate = agreed(mother, son)
    for person in (stranger, mother, None):
        with pytest.raises(Refused):
            filed(version, town, person, mandate)
    assert not Case.objects.exists()


def test_after_the_end_only_number_and_day_are_left(version, town, mother, son, agreed, desk, make_person):
    mandate = agreed(mother, son)
    case, hers = filed(version, town, son, mandate), filed(version, town, mother)
    asked = actions.ask(case, by=desk, question="?")
    end(mandate, by=mother)
    for one in (case, hers):
        assert queries.standings(son, one) == frozenset()
        with pytest.raises(Refused):
            queries.by_number(son, one.number)
    with pytest.raises(Refused) as refused:
        actions.reply(asked, by=son, text="x")
    assert refused.value.status == 404
    with pytest.raises(Invalid):
        filed(version, town, son, mandate)
    mandate.refresh_from_db()
    assert list(acting.under(mandate)) == [] == list(queries.visible_to(son))
    assert acting.filed_under(mandate) == [(case.number, case.received_at)]
    tell()
    # What was told in the meantime went to whom it concerned at the moment of telling.
    assert "cases/supplement_asked" in told(mother)
    assert "cases/supplement_asked" not in told(son)


def test_a_childs_mandate_is_over_on_the_day_it_comes_of_age(version, town, son, make_person):
    kid = make_person("Kid")
    day = datetime(2026, 11, 22, 3, tzinfo=UTC)
    with moment.as_of(day):
        stated = {"name": "김아이", "born": "2007-11-23"}
        parent = accept(propose(Mandate(kind="child", agent=son, stated=stated), by=son, to=kid.account.login), by=kid)
        case = filed(version, town, son, parent)
        assert queries.standings(son, case) == {"representative"}
    with moment.as_of(day + timedelta(days=1)):
        assert queries.standings(son, case) == frozenset()
        assert queries.standings(kid, case) == {"applicant"}
        with pytest.raises(Invalid):
            filed(version, town, son, parent)


def test_a_file_of_an_agent_is_a_paper_of_the_applicant(client, version, town, mother, son, agreed):
    mandate = agreed(mother, son)
    case = filed(version, town, mother)
    paper = keep_file(SimpleUploadedFile("paper.txt", b"hello, office", "text/plain"), by=son)
    actions.attach(case, by=son, file=paper)
    assert Record.objects.get(action="cases.attach").details["mandate"] == mandate.pk
    client.force_login(mother.account)
    page = client.get(f"/cases/{case.number}/", headers={"accept-language": "en"}).content.decode()
    assert "paper.txt" in page
    assert "Files from the office" not in page


@pytest.mark.django_db(transaction=True)
def test_who_ends_it_while_a_form_is_sent_waits_until_it_is_filed(version, town, mother, son, agreed):
    mandate = agreed(mother, son)

    def finish():
        end(mandate, by=mother)
        connection.close()

    ending = Thread(target=finish)
    with transaction.atomic():
        case = actions.file(version, by=son, data=DATA, institution=town, mandate=mandate)
        ending.start()
        ending.join(0.3)
        assert ending.is_alive()
    ending.join()
    mandate.refresh_from_db()
    assert mandate.ended_at is not None
    assert Case.objects.get(pk=case.pk).mandate == mandate
    with pytest.raises(Invalid):
        filed(version, town, son, mandate)


def test_a_companys_case_is_seen_by_all_who_act_for_it(version, town, mother, son, stranger, firm, employ):
    company = firm(mother)
    mandate = employ(company, mother, son)
    narrow = employ(company, mother, stranger, scope=["tests.request"], may="read")
    case = filed(version, town, son, mandate)
    assert (case.applicant, case.company, case.whose) == (None, company, company)
    assert [queries.standings(one, case) for one in (mother, son, stranger)] == [
        {"representative"},
        {"agent"},
        {"reader"},
    ]
    assert list(acting.under(narrow)) == [case]
    assert Record.objects.get(action="cases.file").details["for_company"] == company.pk
    actions.withdraw(case, by=mother)
    tell()
    assert told(son) == ["cases/received"]


def test_an_employee_who_left_sees_nothing_any_more_and_the_company_is_told(
    version, town, mother, son, firm, employ, desk
):
    company = firm(mother)
    mandate = employ(company, mother, son)
    case = filed(version, town, son, mandate)
    end(mandate, by=mother)
    assert queries.standings(son, case) == frozenset()
    assert not queries.visible_to(son).exists()
    actions.ask(case, by=desk, question="?")
    tell()
    assert "cases/supplement_asked" in told(mother)
    assert told(son) == []


def test_who_acts_for_the_applicant_is_no_officer_of_the_case(version, town, mother, agreed, make_person, case):
    """An officer who files for their mother does not answer it, not even when the mandate is over."""
    both = make_person("Both")
    give_post(both, by=None, institution=town, role="manager")
    mandate = agreed(mother, both)
    hers = filed(version, town, both, mandate)
    assert queries.standings(both, hers) == {"agent"}
    assert queries.standings(both, case) == {"manager"}
    end(mandate, by=mother)
    assert queries.standings(both, hers) == frozenset()


def test_the_principal_sees_that_an_agent_looked(client, version, town, mother, son, agreed, desk):
    case = filed(version, town, mother)
    mandate = agreed(mother, son)
    client.force_login(son.account)
    assert client.get(f"/cases/{case.number}/").status_code == 200
    line = Record.objects.get(action="cases.look")
    assert (line.institution_id, line.details) == (
        None,
        {"purpose": "mandate", "for": mother.pk, "mandate": mandate.pk},
    )
    (look,) = queries.looks_at(mother)
    assert (look.person, look.institution, look.purpose) == (son, None, "mandate")
    client.force_login(mother.account)
    page = client.get("/my/looks/", headers={"accept-language": "en"}).content.decode()
    assert "Acting for you, by a mandate" in page
    assert "Son" in page


def _cost(act):
    with CaptureQueriesContext(connection) as taken:
        act()
    return [one["sql"] for one in taken if "mandates_mandate" in one["sql"]]


def test_who_never_held_a_mandate_pays_nothing_for_them(version, town, citizen, desk, case):
    forget()
    file = {"data": DATA, "institution": town}
    assert _cost(lambda: actions.file(version, by=citizen, **file)) == []
    assert _cost(lambda: queries.by_number(citizen, case.number)) == []
    assert len(_cost(lambda: queries.by_number(desk, case.number))) == 1
    assert _cost(lambda: queries.by_number(desk, case.number)) == []


def test_telling_of_many_costs_as_much_as_of_one(version, town, citizen, mother, son, agreed):
    """What concerns mandates is asked once for a batch, and not at all where nobody acts for another."""
    mandate = agreed(mother, son)
    tell()
    actions.file(version, by=citizen, data=DATA, institution=town)
    assert _cost(tell) == []
    counts = []
    for number in (1, 4):
        for _one in range(number):
            filed(version, town, son, mandate)
        counts.append(len(_cost(tell)))
    assert counts == [1, 1]


@pytest.mark.parametrize("reach", ["file", "all", "company"])
def test_a_list_of_a_mandate_walks_one_index(version, town, mother, son, agreed, firm, employ, reach):
    mandate = employ(firm(mother), mother, son) if reach == "company" else agreed(mother, son, may=reach)
    index = {"file": "case_of_mandate", "all": "case_of_applicant", "company": "case_of_company"}[reach]
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off; SET LOCAL enable_sort = off")
    plan = acting.under(mandate).order_by("-received_at", "-id")[:21].explain()
    assert index in plan
    assert "Sort" not in plan
