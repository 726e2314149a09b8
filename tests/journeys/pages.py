"""The pages that are looked at, by who reads them, and cases in every state that a page can show."""

from typing import Any

from madang.kernel.cases.actions import ask, assign, decide, draft, extend, file, follow_up, note, rate
from madang.kernel.cases.models import Case
from madang.kernel.notices.models import Notice
from madang.kernel.procedures.actions import save_draft
from madang.kernel.procedures.queries import current
from madang.kernel.search.actions import reindex
from madang.services.petitions.actions import train

from .stage import BODY, TITLE, Stage, tell

PLACE = {"lat": 37.5796, "lon": 126.969, "address": "다리 북쪽"}


def begun(stage: Stage) -> dict[str, Case]:
    """Cases in every state that a page can show, by the name of the state."""
    made: dict[str, Case] = {}
    roads, land = stage.institutions["roads"], stage.institutions["land"]
    bridges = roads.departments.get(code="bridges")

    def begin(state: str, **more: Any) -> Case:
        data = {"title": f"{TITLE} ({state})", "body": BODY, "place": PLACE}
        filed = {"by": stage.citizen, "data": data, "institution": roads} | more
        made[state] = file(current("petitions.grievance"), **filed)
        return made[state]

    train(by=None)
    begin("new", institution=land, is_public=True)
    begin("named", institution=stage.institutions["town"])
    assign(begin("assigned"), by=stage.officer, department=bridges)
    note(made["assigned"], by=stage.officer, text="교량과와 통화함")
    ask(begin("asked"), by=stage.officer, question="어느 다리입니까?")
    extend(begin("extended"), by=stage.officer, period="3d", reason="현장 확인")
    extend(made["extended"], by=stage.officer, period="3d", reason="부품이 아직 없음")
    draft(begin("drafted"), by=stage.officer, text="오늘 고치겠습니다.")
    decide(begin("proposed"), by=stage.officer, text="오늘 고치겠습니다.")
    decide(begin("answered", is_public=True), by=stage.manager, text="오늘 고쳤습니다.")
    for state in ("unhappy", "again"):
        decide(begin(state), by=stage.manager, text="고칠 수 없습니다.")
        rate(made[state], by=stage.citizen, score=1, comment="이유가 없습니다.")
    follow_up(made["again"], by=stage.citizen, text="왜 못 고칩니까?")
    save_draft(current("petitions.suggestion"), by=stage.citizen, data={"title": TITLE, "body": BODY, "place": PLACE})
    tell()
    reindex()
    assert Notice.objects.filter(person=stage.citizen).exists()
    return made


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
    "desk": ["/work/", "/work/mine/", "/work/new/?q=zzzz", "/cases/{new}/"],
    "officer": ["/work/open/", "/cases/{assigned}/", "/cases/{asked}/", "/cases/{drafted}/", "/cases/{again}/"],
    "manager": ["/work/approval/", "/cases/{proposed}/", "/cases/{answered}/"],
    "auditor": ["/search/?q=가로등", "/cases/{assigned}/", "/cases/{again}/"],
    "operator": ["/", "/back-office/", "/back-office/institutions/institution/add/"],
}
