"""The beginning of a new definition: it loads as it is, and says in comments how to go on."""

from collections.abc import Callable

from .problems import _

_TEMPLATE = """\
# yaml-language-server: $schema=%(schema)s
# %(intro)s
id: %(id)s   # %(id_note)s
title: {ko: 새 사무, en: New procedure}
summary: {ko: 신청하면 7일 안에 답을 받습니다., en: You get an answer within 7 days.}
law: 민원 처리에 관한 법률 제17조   # %(law_note)s
prefix: %(prefix)s   # %(prefix_note)s
deadline: {days: 7}   # %(deadline_note)s
keep: {years: 5}   # %(keep_note)s
publishable: never   # %(publishable_note)s

# %(form_note)s
# %(types_note)s
form:
  - {id: title, type: text, label: {ko: 제목, en: Title}, required: true}
  - id: kind
    type: choice
    label: {ko: 종류, en: Kind}
    required: true
    options:
      - {value: question, label: {ko: 질문, en: Question}}
      - {value: other, label: {ko: 기타, en: Other}}
  # %(when_note)s
  - {id: which, type: text, label: {ko: 어떤 종류입니까?, en: Which one?}, required: true, when: {kind: other}}
  - id: body
    type: textarea
    label: {ko: 내용, en: Text}
    help: {ko: 언제 어디에서 무슨 일이 있었는지 적어 주세요., en: "Write what happened, when and where."}
    required: true
  - {id: files, type: file, label: {ko: 붙임 파일, en: Files}}

# %(stages_note)s
# stages:
#   received: {label: {ko: 접수, en: Received}, by: desk, then: [reviewed, returned]}
#   reviewed: {label: {ko: 검토, en: Under review}, by: officer, then: [accepted, rejected]}
#   accepted: {label: {ko: 수리, en: Accepted}, final: true}
#   rejected: {label: {ko: 거부, en: Rejected}, final: true, reason: required}

# %(examples_note)s
examples:
  - {title: 가로등이 꺼져 있습니다, kind: question, body: 집 앞 가로등이 사흘째 꺼져 있습니다.}
  - {title: 건의, kind: other, which: 건의, body: 공원에 의자를 더 놓아 주세요.}
"""

_NOTES = {
    "intro": _("A procedure. Every key is explained in docs/reference/procedures.md; check it with:"),
    "id_note": _("never changes once published"),
    "law_note": _("the article that says so"),
    "prefix_note": _("case numbers begin with it"),
    "deadline_note": _("or {hours: 3}, {weeks: 2}, {months: 1}, immediately"),
    "keep_note": _("how long a closed case is kept"),
    "publishable_note": _("whether everyone may read a case: applicant (decides), always, never"),
    "form_note": _("The questions in their order. A text field called title names the case."),
    "types_note": _("Types: %(types)s."),
    "when_note": _("Asked only when an earlier field is answered so."),
    "stages_note": _("Without stages a case is received, in progress, answered. For others:"),
    "examples_note": _("At least one filled-in form; each is tried from filing to every end."),
}
TYPES = "text, textarea, number, money, date, choice, choices, yesno, address, people, place, file, email, phone, group"


def skeleton(identifier: str, schema: str, translate: Callable[[str], str] = _) -> str:
    """The text of a new file for the procedure `service.name`; `schema` is the way to the schema, for editors."""
    notes = {key: translate(note) for key, note in _NOTES.items()}
    notes["types_note"] %= {"types": TYPES}
    notes["intro"] += " ./manage.py load_procedures --check"
    prefix = "".join(letter for letter in identifier.upper() if letter.isalpha())[:3]
    return _TEMPLATE % {**notes, "id": identifier, "schema": schema, "prefix": prefix}
