import pytest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from madang.kernel.common.errors import Conflict, DomainError, Invalid, Refused, TooMany, problem


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (DomainError(), 400, "error"),
        (Refused(), 404, "not-found"),
        (Refused(visible=True), 403, "not-allowed"),
        (Refused("cases.other-institution", visible=True), 403, "cases.other-institution"),
        (Invalid(), 422, "invalid"),
        (Conflict("cases.closed"), 409, "cases.closed"),
        (TooMany(), 429, "too-many"),
    ],
)
def test_each_kind_has_its_status_and_code(error, status, code):
    body = problem(error)
    assert (body["status"], body["code"], body["type"]) == (status, code, f"urn:madang:problem:{code}")


def test_the_problem_has_the_shape_of_the_rfc_and_leaves_out_what_says_nothing():
    error = Conflict("cases.closed", "Case %(number)s is closed.", remedy="Ask about %(number)s.", number="PET-1")
    assert problem(error, instance="/api/v1/cases/PET-1") == {
        "type": "urn:madang:problem:cases.closed",
        "title": str(Conflict.message),
        "status": 409,
        "detail": "Case PET-1 is closed.",
        "instance": "/api/v1/cases/PET-1",
        "code": "cases.closed",
        "remedy": "Ask about PET-1.",
    }


def test_fields_are_lists_of_texts():
    error = Invalid(fields={"title": "Too long.", "files": ["Too big.", "Not a picture."]})
    assert error.fields == {"title": ["Too long."], "files": ["Too big.", "Not a picture."]}
    assert problem(error)["fields"] == error.fields


def test_messages_are_translated_when_read_not_when_raised():
    with override("en"):
        error = TooMany(retry_after=30)
        english = problem(error)
    with override("ko"):
        korean = problem(error)
    assert english["detail"] == "There were too many attempts in a short time."
    assert english["remedy"] == "Wait 30 seconds and try again."
    assert korean["detail"] == "짧은 시간에 너무 여러 번 시도했습니다."
    assert korean["remedy"] == "30초 뒤에 다시 시도하세요."
    assert (english["retry_after"], korean["retry_after"]) == (30, 30)


def test_a_percent_sign_in_a_message_without_blanks_stays():
    assert str(DomainError("x", _("100% sure"))) == "100% sure"


def test_a_wrong_remedy_never_hides_the_message():
    assert str(Invalid("x", "No.", remedy="Try again.")) == "No. Try again."
