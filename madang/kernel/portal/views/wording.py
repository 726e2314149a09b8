"""How what happened to a case is said on its page, to applicant and officer alike."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from madang.kernel.cases.models import Case, Entry
from madang.kernel.common.wording import say_period
from madang.kernel.common.worktime import Period
from madang.kernel.identity.models import Person
from madang.kernel.institutions.models import Department, Institution
from madang.kernel.portal.templatetags.marks import day
from madang.kernel.portal.templatetags.marks import moment as in_words

# Title and tone of each kind of entry.
KINDS: dict[str, tuple[Any, str]] = {
    "filed": (gettext_lazy("Received"), "information"),
    "assigned": (gettext_lazy("Assigned"), "information"),
    "advanced": (gettext_lazy("Moved on"), "information"),
    "transferred": (gettext_lazy("Passed on to the competent institution"), "warning"),
    "asked": (gettext_lazy("Question to the applicant: the clock is stopped"), "warning"),
    "replied": (gettext_lazy("The applicant replied: the clock goes on"), "information"),
    "extended": (gettext_lazy("Deadline extended"), "warning"),
    "consent_asked": (gettext_lazy("Consent to a further extension asked"), "warning"),
    "consent_refused": (gettext_lazy("Further extension refused by the applicant"), "gray"),
    "proposed": (gettext_lazy("Answer sent for approval"), "information"),
    "sent_back": (gettext_lazy("Answer sent back to its author"), "warning"),
    "answered": (gettext_lazy("Answered"), "success"),
    "answered_again": (gettext_lazy("Additional answer"), "success"),
    "rated": (gettext_lazy("Rated by the applicant"), "gray"),
    "follow_up": (gettext_lazy("Additional answer asked for"), "warning"),
    "withdrawn": (gettext_lazy("Withdrawn by the applicant"), "gray"),
    "noted": (gettext_lazy("Note"), "gray"),
    "held": (gettext_lazy("Held: it must not be destroyed"), "warning"),
    "lifted": (gettext_lazy("Hold lifted"), "gray"),
    "attached": (gettext_lazy("File added"), "gray"),
    "near": (gettext_lazy("Deadline near"), "warning"),
    "overdue": (gettext_lazy("Deadline passed: dunning notice"), "danger"),
    "rewound": (gettext_lazy("Deadline counted anew: the calendar changed"), "information"),
}

# What the due moment in an entry means.
DUE: dict[str, Any] = {
    "extended": gettext_lazy("New due date: %(due)s"),
    "rewound": gettext_lazy("New due date: %(due)s"),
    "near": gettext_lazy("Due: %(due)s"),
    "overdue": gettext_lazy("It was due: %(due)s"),
}


def told(entries: Sequence[Entry], case: Case, reader: Person | None) -> list[dict[str, Any]]:
    """The timeline for the component of that name, the newest first, from at most three queries for the names in it."""
    names = _names(entries)
    return [
        {
            "at": entry.at,
            "title": KINDS[entry.kind][0],
            "tone": KINDS[entry.kind][1],
            "by": _who(entry, case, reader),
            "text": _text(entry, case, names),
            "internal": entry.is_internal,
        }
        for entry in reversed(entries)
    ]


def _names(entries: Sequence[Entry]) -> Mapping[str, Mapping[int, Any]]:
    wanted: dict[str, set[int]] = {"institution": set(), "department": set(), "person": set()}
    for entry in entries:
        if entry.kind == "transferred":
            wanted["institution"].add(entry.data["to"])
        elif entry.kind == "assigned":
            wanted["department"].add(entry.data.get("department"))
            wanted["person"].add(entry.data.get("to"))
    return {
        "institution": Institution.objects.in_bulk(wanted["institution"]),
        "department": Department.objects.in_bulk(wanted["department"] - {None}),
        "person": Person.objects.in_bulk(wanted["person"] - {None}),
    }


def _who(entry: Entry, case: Case, reader: Person | None) -> str:
    if entry.by_id is None:
        return _("automatically")
    if entry.data.get("for"):
        acted = {"agent": _("you") if reader and reader.pk == entry.by_id else entry.by, "principal": case.whose}
        return _("%(agent)s for %(principal)s") % acted
    if entry.by_id == case.applicant_id:
        return _("you") if reader and reader.pk == entry.by_id else _("the applicant")
    return f"{entry.institution} · {entry.by}" if entry.institution else str(entry.by)


def _text(entry: Entry, case: Case, names: Mapping[str, Mapping[int, Any]]) -> str:
    data = entry.data
    parts: list[str] = []
    match entry.kind:
        case "advanced":
            parts.append(f"→ {case.definition.stages[data['to']].label.text(get_language())}")
        case "transferred":
            parts.append(f"→ {names['institution'].get(data['to'], '')}")
        case "assigned":
            places = (names["department"].get(data.get("department")), names["person"].get(data.get("to")))
            parts.append("→ " + " · ".join(str(one) for one in places if one))
        case "asked":
            by = day(date.fromisoformat(data["answer_by"]))
            parts += [data["question"], _("Please reply by %(day)s.") % {"day": by}]
        case "rated":
            parts.append("★" * data["score"] + "☆" * (5 - data["score"]))
        case "attached":
            parts.append(data["name"])
        case "extended" | "consent_asked" if data.get("period"):
            parts.append("+ " + say_period(Period.parse(data["period"])))
    reason = data.get("reason") or data.get("comment") or data.get("text") or ""
    parts.append(_("Sent on automatically by its subject.") if reason == "routing" else reason)
    if data.get("because"):
        parts.append(data["because"])
    if data.get("due") and entry.kind in DUE:
        parts.append(DUE[entry.kind] % {"due": in_words(datetime.fromisoformat(data["due"]))})
    return "\n".join(part for part in parts if part)
