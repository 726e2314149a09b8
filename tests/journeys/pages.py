"""The pages that are looked at, by who reads them, and cases in every state that a page can show."""

from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from conftest import SECRET
from madang.kernel.cases.actions import ask, assign, decide, draft, extend, file, follow_up, hold, note, rate, unmask
from madang.kernel.cases.models import Case
from madang.kernel.mandates.actions import accept, propose
from madang.kernel.mandates.models import Mandate
from madang.kernel.notices.models import Notice
from madang.kernel.procedures.actions import save_draft
from madang.kernel.procedures.queries import current
from madang.kernel.search.actions import reindex
from madang.services.petitions.actions import train

from .stage import BODY, TITLE, Stage, tell

PLACE = {"lat": 37.5796, "lon": 126.969, "address": "다리 북쪽"}


def begun(stage: Stage, secret_version: Any) -> dict[str, Case]:
    """Cases in every state that a page can show, by the name of the state."""
    made: dict[str, Case] = {}
    roads, land = stage.institutions["roads"], stage.institutions["land"]
    bridges = roads.departments.get(code="bridges")

    def begin(state: str, **more: Any) -> Case:
        data = {"title": f"{TITLE} ({state})", "body": BODY, "place": PLACE}
        filed = {"by": stage.citizen, "data": data, "institution": roads} | more
        made[state] = file(current("petitions.grievance"), **filed)
        return made[state]

    data = {"title": "보상금 신청", "body": BODY, **SECRET}
    made["secret"] = file(secret_version, by=stage.citizen, data=data, institution=roads)
    unmask(made["secret"], by=stage.officer, field="account", reason="보상금 지급")
    train(by=None)
    begin("new", institution=land, is_public=True)
    begin("named", institution=stage.institutions["town"])
    assign(begin("assigned"), by=stage.officer, department=bridges)
    note(made["assigned"], by=stage.officer, text="교량과와 통화함")
    ask(begin("asked"), by=stage.officer, question="어느 다리입니까?")
    extend(begin("extended"), by=stage.officer, period="3d", reason="현장 확인")
    extend(made["extended"], by=stage.officer, period="3d", reason="부품이 아직 없음")
    draft(begin("drafted"), by=stage.officer, text="오늘 고치겠습니다.")
    hold(made["drafted"], by=stage.manager, reason="행정소송")
    decide(begin("proposed"), by=stage.officer, text="오늘 고치겠습니다.")
    decide(begin("answered", is_public=True), by=stage.manager, text="오늘 고쳤습니다.")
    for state in ("unhappy", "again"):
        decide(begin(state), by=stage.manager, text="고칠 수 없습니다.")
        rate(made[state], by=stage.citizen, score=1, comment="이유가 없습니다.")
    follow_up(made["again"], by=stage.citizen, text="왜 못 고칩니까?")
    save_draft(current("petitions.suggestion"), by=stage.citizen, data={"title": TITLE, "body": BODY, "place": PLACE})
    made |= _for_another(stage)
    tell()
    reindex()
    assert Notice.objects.filter(person=stage.citizen).exists()
    return made


def _for_another(stage: Stage) -> dict[str, Case]:
    """A mother's case that the citizen filed; the number of the mandate stands for the citizen's pages of it."""
    until = timezone.localdate() + timedelta(days=90)
    made = Mandate(kind="power_of_attorney", principal=stage.mother, may="all", until=until)
    mandate = accept(propose(made, by=stage.mother, to=stage.citizen.account.login), by=stage.citizen)
    claim = Mandate(kind="company", agent=stage.citizen, stated={"name": "마당건설", "number": "1234567890"})
    papers = propose(claim, by=stage.citizen)
    propose(Mandate(kind="power_of_attorney", principal=stage.neighbour, until=until), by=stage.neighbour,
            to=stage.citizen.account.login)  # fmt: skip
    data = {"title": f"{TITLE} (mother)", "body": BODY, "place": PLACE}
    with transaction.atomic():
        case = file(
            current("petitions.grievance"), by=stage.citizen, data=data, institution=stage.institutions["roads"],
            mandate=mandate,
        )  # fmt: skip
    return {"for_another": case, "mandate": mandate, "papers": papers}  # type: ignore[dict-item]


PAGES: dict[str, list[str]] = {
    "": [
        "/",
        "/services/",
        "/services/petitions.grievance/",
        "/petitions/file/",
        "/petitions/",
        "/petitions/?view=map",
        "/petitions/?q=가로등&institution=roads",
        "/petitions/?institution=nowhere",
        "/petitions/?q=zzzz",
        "/institutions/",
        "/institutions/roads/",
        "/search/?q=가로등",
        "/figures/",
        "/accessibility/",
        "/sign-in/",
        "/register/",
        "/account/password/reset/",
        "/cases/{new}/",
        "/cases/{answered}/",
        "/nowhere/",
    ],
    "citizen": [
        "/",
        "/my/",
        "/notices/",
        "/my/account/",
        "/my/sessions/",
        "/my/step-up/",
        "/my/tokens/",
        "/account/2fa/",
        "/account/email/",
        "/account/password/change/",
        "/account/3rdparty/",
        "/account/reauthenticate/",
        "/my/mandates/",
        "/my/mandates/new/give/",
        "/my/mandates/new/child/",
        "/my/mandates/new/company/",
        "/my/mandates/{mandate}/",
        "/my/mandates/{papers}/",
        "/my/acting/{mandate}/",
        "/cases/{for_another}/",
        "/cases/{for_another}/receipt/",
        "/my/agencies/",
        "/my/looks/",
        "/apply/petitions.telling/",
        "/cases/{secret}/",
        "/apply/petitions.grievance/",
        "/apply/petitions.suggestion/",
        "/apply/petitions.suggestion/?page=review",
        "/cases/{named}/receipt/",
        "/cases/{asked}/",
        "/cases/{extended}/",
        "/cases/{answered}/",
        "/cases/{unhappy}/",
        "/cases/{again}/",
    ],
    "mother": ["/my/mandates/", "/cases/{for_another}/", "/my/looks/"],
    "desk": [
        "/work/mandates/",
        "/work/mandates/?number={papers}",
        "/work/",
        "/work/mine/",
        "/work/new/?q=zzzz",
        "/cases/{new}/",
    ],
    "officer": [
        "/work/open/",
        "/cases/{for_another}/",
        "/cases/{assigned}/",
        "/cases/{asked}/",
        "/cases/{drafted}/",
        "/cases/{again}/",
    ],
    "manager": ["/work/approval/", "/cases/{secret}/", "/cases/{drafted}/", "/cases/{proposed}/", "/cases/{answered}/"],
    "auditor": ["/search/?q=가로등", "/cases/{assigned}/", "/cases/{again}/"],
    "operator": ["/", "/back-office/", "/back-office/institutions/institution/add/", "/back-office/openid/client/add/"],
}
