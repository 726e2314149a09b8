"""`manage.py authorization`: the page that says who may do what to a case, made from the table that decides it."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from madang.kernel.cases.rules import MAY, MOVERS

PAGE = "docs/reference/authorization.md"
WRITE = "./manage.py authorization"

STANDINGS = ("applicant", "representative", "agent", "reader", "officer", "desk", "manager", "referrer", "auditor")
OTHERS = ("operator", "stranger", "passer-by")
WHAT = {
    "read": "read it whole, with its timeline, deadlines and files",
    "read_inside": "read what officers noted among themselves",
    "assign": "assign it",
    "transfer": "pass it on to another institution",
    "ask": "ask the applicant for more",
    "extend": "extend the deadline",
    "note": "leave a note among officers",
    "draft": "draft an answer",
    "decide": "answer",
    "approve": "approve a proposed answer, or send it back",
    "advance": "move it on, where the stage is theirs (below)",
    "attach": "add a file",
    "reply": "reply to what the office asked",
    "consent": "consent to a further extension",
    "withdraw": "take it back",
    "rate": "rate the answer",
    "follow_up": "ask for an additional answer",
    "looks": "see who looked at it, and who read a secret answer and why",
    "unmask": "read a secret answer, saying why",
    "hold": "hold it against destruction, and lift the hold",
}

HEAD = """# Who may do what to a case

<!-- Written by {write} from madang/kernel/cases/rules.py. Do not edit. -->

Deny by default: what is not ticked here is refused. Who may not even read a case is told that there is none (404); who may
read it, but not do this, is refused (403); a program without a token is asked for one (401). A refusal changes nothing.
`tests/architecture/test_authorization.py` tries every cell through HTTP; only a file has no
address of its own there, it comes with what somebody writes.

| standing | who that is |
|---|---|
| applicant | whose case it is; whatever posts they hold, on their own case they are nothing else |
| representative | by mandate in the applicant's place: a parent for a child, who represents a company |
| agent | by mandate for the applicant: by power of attorney, as employee of a company or administrative agent |
| reader | by mandate, to read and do nothing |
| officer, desk, manager | who holds such a post in the case's institution, or in the department that has it |
| referrer | desk or manager of an institution that passed the case on: they see what became of it |
| auditor | reads every case and changes none |
| operator | runs the system and reads no case |
| stranger | signed in, with no part in it: other citizens, officers of other places, holders of a mandate that is over |
| passer-by | not signed in |

What an applicant made public everyone may read, with what is private in it masked.
"""


def page() -> str:
    """The whole page, as Markdown."""
    everyone = (*STANDINGS, *OTHERS)
    lines = [HEAD.format(write=WRITE), f"| to | {' | '.join(everyone)} |", f"|---|{':-:|' * len(everyone)}"]
    lines += [f"| {WHAT[verb]} | {_ticks(may, everyone)} |" for verb, may in MAY.items()]
    lines += [
        "",
        "## Whose stage it is",
        "",
        f"| stage of | {' | '.join(everyone)} |",
        f"|---|{':-:|' * len(everyone)}",
    ]
    lines += [f"| {whose} | {_ticks(may, everyone)} |" for whose, may in MOVERS.items()]
    return "\n".join(lines) + "\n"


def _ticks(may: frozenset[str], everyone: tuple[str, ...]) -> str:
    return " | ".join("✓" if one in may else "" for one in everyone)


class Command(BaseCommand):
    help = f"Writes {PAGE} from the table that decides who may do what."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        (settings.BASE_DIR / PAGE).write_text(page(), encoding="utf-8")
        self.stdout.write(PAGE)
