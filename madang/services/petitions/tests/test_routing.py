"""A petition finds its institution; a person's correction teaches."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from madang.kernel.audit.models import Record
from madang.kernel.cases.actions import decide, file, transfer
from madang.kernel.cases.models import Case
from madang.kernel.common.errors import Refused
from madang.kernel.common.memory import forget
from madang.kernel.events.actions import deliver
from madang.kernel.events.models import Failure
from madang.kernel.institutions.actions import found
from madang.kernel.institutions.models import Institution
from madang.kernel.procedures.actions import publish
from madang.kernel.procedures.queries import current
from madang.services.petitions.actions import route, train
from madang.services.petitions.models import Suggestion
from madang.services.petitions.queries import evaluation, lessons, suggest

ROADS = [
    "도로에 구멍이 나서 차가 빠졌습니다",
    "도로 포장이 벗겨져 위험합니다",
    "신호등이 고장나 교통이 막힙니다",
    "도로 표지판이 넘어졌습니다",
]
HEALTH = [
    "보건소 예방 접종 시간을 알려 주세요",
    "병원에서 진료비를 너무 많이 받았습니다",
    "건강 검진 병원을 알고 싶습니다",
    "예방 접종 기록을 떼고 싶습니다",
]


OTHERS = {
    "tax": [
        "재산세 고지서를 다시 보내 주세요",
        "세금 납부 기한을 알고 싶습니다",
        "종합소득세 환급은 언제입니까",
        "자동차세를 두 번 냈습니다",
    ],
    "school": [
        "초등학교 급식이 부족합니다",
        "학교 앞 돌봄 교실 신청",
        "교과서를 못 받았습니다",
        "대학 등록금 대출 문의",
    ],
    "army": [
        "예비군 훈련 연기 신청",
        "입영 통지서를 못 받았습니다",
        "병역 판정 검사 날짜 변경",
        "군부대 소음 때문에 힘듭니다",
    ],
}


@pytest.fixture(autouse=True)
def country(db):
    """A root with two ministries; the router has learned nothing yet."""
    from django.core.management import call_command

    call_command("load_procedures", verbosity=0)
    root = found(Institution(code="root", name="나라", kind="state"), by=None)
    roads = Institution(
        code="roads", name="도로부", kind="ministry", parent=root, competence="도로, 교통, 신호등, 포장"
    )
    health = Institution(
        code="health", name="보건부", kind="ministry", parent=root, competence="병원, 예방 접종, 건강 검진"
    )
    return root, found(roads, by=None), found(health, by=None)


def petition(by, institution, title, **rest):
    return file(
        current("petitions.other"), by=by, institution=institution, data={"title": title, "body": title}, **rest
    )


@pytest.fixture
def learned(country, citizen):
    root, roads, health = country
    others = [
        (found(Institution(code=code, name=code, kind="ministry", parent=root, competence=texts[0]), by=None), texts)
        for code, texts in OTHERS.items()
    ]
    for institution, texts in ((roads, ROADS), (health, HEALTH), *others):
        for text in texts:
            decide(petition(citizen, institution, text), by=None, text="답변")
    train(by=None)
    return country


def again(case):
    return Case.objects.select_related("institution").get(pk=case.pk)


def told():
    while deliver():
        pass
    assert list(Failure.objects.values_list("handler", "error")) == []


def test_before_the_first_training_nothing_is_suggested_and_the_desk_has_the_case(country, citizen):
    case = petition(citizen, country[0], ROADS[0])
    told()
    assert suggest(ROADS[0], "") == []
    assert again(case).institution == country[0]


def test_a_sure_petition_is_sent_on_and_the_applicant_told_why(learned, citizen):
    root, roads, _health = learned
    case = petition(citizen, root, "도로 신호등 고장과 도로 포장 구멍")
    told()
    row = again(case)
    assert row.institution == roads
    assert row.transfers.get().by is None
    assert [entry.kind for entry in row.entries.all()][:2] == ["filed", "transferred"]


def test_nobody_is_suggested_who_does_not_offer_the_procedure(learned, citizen):
    root, _roads, health = learned
    definition = current("petitions.other").definition
    elsewhere = definition.model_copy(
        update={
            "id": "petitions.elsewhere",
            "offered_by": definition.offered_by.model_copy(update={"institutions": (health.code,)}),
        }
    )
    text = "도로 신호등 고장과 도로 포장 구멍"
    case = file(publish(elsewhere, by=None), by=citizen, institution=root, data={"title": text, "body": text})
    told()
    row = again(case)
    assert row.institution == root
    assert {one.institution for one in row.suggestions.all()} <= {health}


def test_an_unsure_petition_stays_at_the_desk_with_suggestions(learned, citizen):
    root = learned[0]
    case = petition(citizen, root, "zzz qqq xxx")
    told()
    row = again(case)
    assert row.institution == root
    assert list(row.suggestions.values_list("rank", flat=True)) == [1, 2, 3]
    assert all(one.confidence < 0.4 for one in row.suggestions.all())


def test_many_are_routed_with_as_many_queries_as_few(learned, citizen, django_assert_max_num_queries):
    root = learned[0]
    unsure = [petition(citizen, root, f"zzz qqq {number}").pk for number in range(12)]
    told()
    Suggestion.objects.all().delete()
    recorded = Record.objects.filter(action="petitions.route")
    before = recorded.count()
    with CaptureQueriesContext(connection) as few:
        route(unsure[:2], by=None)
    with django_assert_max_num_queries(len(few)):
        route(unsure[2:], by=None)
    assert set(Suggestion.objects.values_list("case_id", flat=True)) == set(unsure)
    assert recorded.count() == before + 12


def test_a_case_that_is_not_there_is_refused_with_all_others(learned, citizen):
    case = petition(citizen, learned[0], "zzz qqq xxx")
    with pytest.raises(Case.DoesNotExist):
        route([case.pk, 0], by=None)
    assert not case.suggestions.exists()


def test_routing_twice_changes_nothing(learned, citizen):
    root, _roads, _health = learned
    case = petition(citizen, root, "도로 신호등 고장과 도로 포장 구멍")
    told()
    route([case.pk], by=None)
    assert again(case).transfers.count() == 1
    assert Record.objects.filter(action="petitions.route", subject=case.number).exists()


def test_what_a_person_has_in_hand_is_left_alone(learned, citizen, appoint):
    root = learned[0]
    desk = appoint("Root", root, "desk")
    case = petition(citizen, root, "도로 신호등 고장과 도로 포장 구멍")
    from madang.kernel.cases.actions import assign

    assign(case, by=desk, to=desk)
    told()
    assert again(case).institution == root


def test_a_correction_teaches(learned, citizen, appoint):
    root, _roads, health = learned
    desk = appoint("Root", root, "desk")
    before = len(lessons()[0])
    case = petition(citizen, root, "구급차가 늦게 왔습니다")
    transfer(case, by=desk, to=health, reason="소관")
    known = lessons()[0]
    assert (len(known), known[0].label) == (before + 1, "health")
    for text in ("구급차가 안 왔습니다", "구급차 요금 문의", "구급차를 불렀는데 늦었습니다"):
        transfer(petition(citizen, root, text), by=desk, to=health, reason="소관")
    train(by=None)
    forget()
    assert suggest("구급차가 늦습니다", "구급차")[0].institution == health


def test_what_only_the_router_decided_teaches_nothing(learned, citizen):
    before = len(lessons()[0])
    petition(citizen, learned[0], "도로 신호등 고장과 도로 포장 구멍")
    told()
    assert len(lessons()[0]) == before


@pytest.mark.refuses("petitions.route")
@pytest.mark.refuses("petitions.train")
@pytest.mark.refuses("petitions.take_over")
@pytest.mark.refuses("analytics.learn")
def test_nobody_routes_trains_or_takes_over_by_hand(learned, citizen, operator):
    from madang.kernel.analytics.actions.learning import learn
    from madang.services.petitions.actions import take_over

    case = petition(citizen, learned[0], "도로")
    for by in (citizen, operator):
        for act in (
            lambda by: route([case.pk], by=by),
            lambda by: train(by=by),
            lambda by: take_over([], by=by, procedure="other", is_public=True),
            lambda by: learn("x", by=by, examples=[], competences={}),
        ):
            with pytest.raises(Refused):
                act(by)


def test_the_evaluation_judges_on_what_was_not_seen(learned):
    report = evaluation(lessons()[0])
    assert report.texts == 4
    assert 0 <= report.top1 <= report.top3 <= 1
    assert "macro F1" in report.as_text()
