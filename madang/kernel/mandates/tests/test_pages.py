"""Mandates through pages: proposed, found, accepted, refused, ended; and the desk where papers are compared."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from madang.kernel.audit.models import Record
from madang.kernel.cases.models import Case
from madang.kernel.identity.models import Person
from madang.kernel.mandates.actions import confirm, end, propose
from madang.kernel.mandates.models import Mandate
from madang.kernel.procedures.actions import save_draft
from madang.kernel.procedures.models import Draft

LIST = "/my/mandates/"
UNTIL = str(timezone.localdate() + timedelta(days=100))
POWER = {"kind": "power_of_attorney", "may": "all", "until": UNTIL}


def client_of(person):
    client = Client(headers={"accept-language": "en"})
    client.force_login(person.account)
    return client


def text(answer):
    return answer.content.decode()


def test_a_mandate_from_the_proposal_to_its_end(version, mother, son, recorded):
    hers, his = client_of(mother), client_of(son)
    assert hers.get(f"{LIST}new/give/").status_code == 200
    sent = hers.post(f"{LIST}new/give/", POWER | {"to": son.account.login})
    made = Mandate.objects.get()
    assert sent.url == f"{LIST}{made.number}/"
    assert "Waiting for your answer" in text(his.get(LIST))
    assert "Accept" in text(his.get(sent.url))
    assert "Accept" not in text(hers.get(sent.url))
    for _twice in range(2):
        assert his.post(f"{sent.url}accept/").status_code == 302
    assert recorded().count("mandates.accept") == 1
    assert "Accepted. You can end it at any time." in text(his.get(LIST))
    assert "Son for Mother" in text(hers.get(LIST))
    hers.post(f"{sent.url}end/")
    assert "What is over" in text(his.get(LIST))
    made.refresh_from_db()
    assert (made.state(), made.ended_by) == ("ended", mother)


def test_what_is_shown_to_who_proposes_is_the_same_for_every_e_mail(version, mother, son):
    hers = client_of(mother)
    shown = []
    for mail in (son.account.login, "nix@example.org"):
        sent = hers.post(f"{LIST}new/give/", POWER | {"to": mail})
        page = text(hers.get(sent.url)).replace(mail, "MAIL").replace(sent.url.split("/")[3], "NUMBER")
        main = page.partition("<main")[2].partition("</main>")[0]
        shown.append((sent.status_code, re.sub(r'<input type="hidden"[^>]*>', "", main)))
    assert shown[0] == shown[1]
    assert "Son" not in shown[0][1]


def test_a_stranger_finds_nothing(power, mother, son, stranger, desk):
    made = propose(power(mother), by=mother, to=son.account.login)
    for person in (stranger, desk):
        client = client_of(person)
        assert client.get(f"{LIST}{made.number}/").status_code == 404
        for name in ("accept", "refuse", "end", "nonsense"):
            assert client.post(f"{LIST}{made.number}/{name}/").status_code == 404
        assert made.number not in text(client.get(LIST))
    assert client_of(son).get(f"{LIST}MND-26-9999999-0/").status_code in (404, 422)
    assert Client().get(LIST).status_code == 302
    made.refresh_from_db()
    assert made.state() == "proposed"


def test_a_mistake_comes_back_with_what_was_written(version, mother):
    answer = client_of(mother).post(f"{LIST}new/give/", POWER | {"to": "a@example.org", "until": "2020-01-01"})
    assert answer.status_code == 422
    assert "at most 2 years" in text(answer)
    assert "a@example.org" in text(answer)
    assert not Mandate.objects.exists()


def test_a_parent_and_a_company_at_the_desk(version, son, mother, desk, officer, town):
    his, theirs = client_of(son), client_of(desk)
    born = str(timezone.localdate() - timedelta(days=3000))
    sent = his.post(f"{LIST}new/child/", {"name": "김아이", "born": born, "to": ""})
    assert "An officer has to confirm it" in text(his.get(sent.url))
    number = Mandate.objects.get().number
    assert client_of(officer).get(f"/work/mandates/?number={number}").status_code == 404
    assert his.get(f"/work/mandates/?number={number}").status_code == 404
    assert "김아이" not in text(theirs.get("/work/mandates/"))
    assert "김아이" in text(theirs.get(f"/work/mandates/?number={number.lower()}"))
    assert Record.objects.get(action="mandates.look").actor_id == desk.pk
    for _twice in range(2):
        assert theirs.post(f"/work/mandates/{number}/confirm/").status_code == 302
    assert Person.objects.filter(name="김아이").count() == 1
    assert theirs.get(f"/work/mandates/?number={number}").status_code == 404
    assert "Madang City" in text(his.get(sent.url))

    sent = his.post(f"{LIST}new/company/", {"name": "마당건설", "number": "123-45-67890"})
    confirm(Mandate.objects.first(), by=desk)
    assert client_of(mother).get(f"{LIST}new/appoint/").status_code == 404
    answer = his.post(
        f"{LIST}new/appoint/",
        {"company": "1234567890", "to": mother.account.login, "post": "employee", "may": "all", "until": ""},
    )
    client_of(mother).post(f"{answer.url}accept/")
    assert "Mother for 마당건설" in text(his.get(LIST))


@pytest.fixture
def ready(version, town, mother, son, agreed):
    """The son's form, filled in, and the mandate of his mother."""
    mandate = agreed(mother, son)
    data = {"title": "가로등 고장", "body": "집 앞 가로등이 꺼져 있습니다."}
    draft = save_draft(version, by=son, data=data)
    return mandate, draft, f"/apply/{version.procedure}/?page=review"


def test_an_agent_files_for_the_principal(ready, mother, son, town):
    mandate, draft, address = ready
    his = client_of(son)
    page = text(his.get(address))
    assert "For whom do you send it?" in page
    assert mandate.number in page
    form = {"key": draft.pk, "on_behalf_of": mandate.number, "institution": town.code}
    first, second = (his.post(address, form) for _twice in range(2))
    case = Case.objects.get()
    assert first.url == second.url == f"/cases/{case.number}/receipt/"
    assert (case.applicant, case.mandate) == (mother, mandate)
    receipt = text(his.get(first.url))
    assert f"Mother, by Son (mandate {mandate.number})" in receipt
    page = text(his.get(f"/cases/{case.number}/"))
    assert "You see this for Mother, by a mandate." in page
    assert "you for Mother" in page
    assert "Take the case back" not in page
    hers = client_of(mother)
    page = text(hers.get(f"/cases/{case.number}/"))
    assert "Son filed it for you, by a mandate." in page
    assert "Son for Mother" in page
    assert case.title in text(hers.get("/my/"))
    assert case.title in text(his.get(f"/my/acting/{mandate.number}/"))
    assert case.title not in text(his.get("/my/"))


def test_the_officer_reads_who_filed_for_whom(ready, son, mother, town, desk):
    mandate, draft, address = ready
    form = {"key": draft.pk, "on_behalf_of": mandate.number, "institution": town.code}
    client_of(son).post(address, form)
    page = text(client_of(desk).get(f"/cases/{Case.objects.get().number}/"))
    assert f"Filed for them by Son (power of attorney, {mandate.number})." in page
    assert "Son for Mother" in page


def test_revoked_between_opening_the_form_and_sending_it(ready, mother, son, town):
    mandate, draft, address = ready
    his = client_of(son)
    assert mandate.number in text(his.get(address))
    end(mandate, by=mother)
    answer = his.post(address, {"key": draft.pk, "on_behalf_of": mandate.number, "institution": town.code})
    assert answer.status_code == 422
    assert "This mandate does not hold any more." in text(answer)
    assert "집 앞 가로등이 꺼져 있습니다." in text(answer)
    assert not Case.objects.exists()
    assert Draft.objects.get().data["title"] == "가로등 고장"
    his.post(address, {"key": draft.pk, "on_behalf_of": "", "institution": town.code})
    assert Case.objects.get().applicant == son


def test_a_forged_mandate_does_not_exist(ready, mother, son, stranger, town, agreed):
    _mandate, draft, address = ready
    foreign = agreed(mother, stranger)
    his = client_of(son)
    for number in (foreign.number, "MND-26-0000001-0", "x"):
        answer = his.post(address, {"key": draft.pk, "on_behalf_of": number, "institution": town.code})
        assert answer.status_code in (404, 422)
    answer = his.post(address, {"key": draft.pk, "on_behalf_of": foreign.number, "institution": town.code})
    assert answer.status_code == 404
    assert his.get(f"/my/acting/{foreign.number}/").status_code == 404
    assert not Case.objects.exists()


def test_who_holds_none_is_not_asked_for_whom(version, stranger):
    save_draft(version, by=stranger, data={"title": "가로등", "body": "꺼짐"})
    page = text(client_of(stranger).get(f"/apply/{version.procedure}/?page=review"))
    assert "For whom" not in page


def test_after_the_end_the_agent_sees_number_and_day(ready, mother, son, town):
    mandate, draft, address = ready
    his = client_of(son)
    his.post(address, {"key": draft.pk, "on_behalf_of": mandate.number, "institution": town.code})
    case = Case.objects.get()
    end(mandate, by=mother)
    assert his.get(f"/cases/{case.number}/").status_code == 404
    assert his.get(f"/cases/{case.number}/receipt/").status_code == 404
    page = text(his.get(f"/my/acting/{mandate.number}/"))
    assert case.number in page
    assert case.title not in page
