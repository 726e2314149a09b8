"""Everything by keyboard alone: Tab, Enter, Space, arrows and letters. One sees where one is, and gets out again."""

import re
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from madang.kernel.cases.actions import ask, decide, file
from madang.kernel.cases.models import Case, Feedback
from madang.kernel.procedures.queries import current

from .conftest import Visit, Visitor
from .stage import BODY, PASSWORD, TITLE, Stage, tell
from .test_pages import checks

pytestmark = pytest.mark.browser

MOST = 120
NAME = """() => {
    const one = document.activeElement, labels = [...(one.labels ?? [])].map(label => label.innerText);
    const by = (one.getAttribute('aria-labelledby') ?? '').split(' ').map(id => document.getElementById(id)?.innerText);
    return [one.getAttribute('aria-label'), ...by, ...labels, one.innerText, one.value].filter(Boolean).join(' ').trim();
}"""


class Keys:
    """A visitor's keyboard. What has the focus is found by its name, as a screen reader would say it."""

    def __init__(self, visitor: Visitor):
        self.page, self.board = visitor.page, visitor.page.keyboard

    def to(self, name: str) -> "Keys":
        """Tab until what is called so has the focus."""
        for _press in range(MOST):
            self.board.press("Tab")
            if re.match(name, self.page.evaluate(NAME)):
                return self
        raise AssertionError(f"Tab does not lead to “{name}” on {self.page.url}")

    def enter(self, *, to: str = "") -> None:
        """Presses it, and waits for where it leads."""
        self.board.press("Enter")
        if to:
            self.page.wait_for_url(re.compile(to))

    def chooses(self, name: str) -> None:
        """Goes down a list, by arrow, to what is called so."""
        for _press in range(MOST):
            if self.page.evaluate("document.activeElement.selectedOptions[0].text").startswith(name):
                return
            self.board.press("ArrowDown")
        raise AssertionError(f"“{name}” cannot be chosen")

    def sends(self, name: str, said: str) -> None:
        """Sends a form that leads back to its own page, and waits for what is said there."""
        self.to(name).enter()
        self.page.locator("main").get_by_text(said).first.wait_for()

    def writes(self, name: str, text: str) -> None:
        self.to(name)
        self.board.type(text)


def test_a_citizen_from_signing_in_to_signing_out(visit: Visit, stage: Stage, tmp_path: Path):
    """Signs in, files with a paper attached, follows, replies, rates, and leaves."""
    citizen = visit(language="en")
    keys, page = Keys(citizen), citizen.page
    citizen.go("/apply/petitions.grievance/")
    keys.writes("E-mail", "citizen@example.org")
    keys.writes("Password", PASSWORD)
    keys.to("Sign In$").enter(to=r"\d/apply/")
    keys.to("Go on").enter()
    page.locator(".m-error-summary").wait_for()
    # The summary has the focus; its first link leads to the first field.
    keys.to("").enter()
    assert page.evaluate("document.activeElement.name") == "title"
    keys.board.type(TITLE)
    keys.writes("What you want to say", BODY)
    paper = tmp_path / "paper.txt"
    paper.write_text("paper")
    with page.expect_file_chooser() as chosen:
        keys.to(".*[Ff]iles").board.press("Enter")
    chosen.value.set_files(paper)
    keys.to("Go on").enter(to="page=review")
    keys.to("Send").enter(to="/receipt/")
    case = Case.objects.get()
    assert case.attachments.get().file.name == "paper.txt"

    ask(case, by=stage.desk, question="어느 다리입니까?")
    keys.to("Follow it").enter(to=f"/cases/{case.number}/$")
    keys.writes("Your reply", "마당대교입니다.")
    keys.sends("Send the reply", "마당대교입니다.")
    decide(case, by=stage.desk, text="고쳤습니다.")
    tell()
    citizen.go("/my/")
    keys.to(re.escape(TITLE)).enter(to=f"/cases/{case.number}/")
    keys.to("Very dissatisfied")
    keys.board.press("ArrowRight")
    keys.sends("Send the rating", "Thank you for the rating.")
    assert Feedback.objects.get(case=case).score == 2
    keys.to("Sign out").enter()
    page.wait_for_function("!document.cookie.includes('sessionid')")
    citizen.go("/my/")
    assert "/sign-in/" in page.url


def test_an_account_and_its_tokens(visit: Visit, stage: Stage):
    """Makes a token and takes it back; signs out a telephone that was lost."""
    telephone, citizen = visit(language="en", width=360), visit(stage.citizen, "en")
    telephone.go("/sign-in/?next=/my/")
    Keys(telephone).writes("E-mail", "citizen@example.org")
    Keys(telephone).writes("Password", PASSWORD)
    telephone.page.keyboard.press("Enter")
    telephone.page.wait_for_url("**/my/")
    keys, page = Keys(citizen), citizen.page
    citizen.go("/my/account/")
    keys.to(".*[Tt]oken").enter(to="/my/tokens/")
    keys.writes("Name|What", "script")
    keys.to("Make|Create|New").enter()
    # Who makes a token shows once more that the account is theirs.
    page.wait_for_url("**/account/reauthenticate/**")
    keys.writes("Password", PASSWORD)
    page.keyboard.press("Enter")
    page.locator(".m-token").wait_for()
    assert stage.citizen.tokens.count() == 1
    keys.to("Revoke").enter()
    page.locator("main").get_by_text("You have none").wait_for()
    citizen.go("/my/account/")
    keys.to("Where I am signed in").enter(to="/my/sessions/")
    keys.to("Sign out$").to("Sign out$").enter()
    page.get_by_text("That device is signed out.").wait_for()
    telephone.go("/my/")
    assert "/sign-in/" in telephone.page.url


def test_an_office_from_the_queue_to_the_answer(visit: Visit, stage: Stage):
    """Ticks and hands out, asks, extends, passes on, answers."""
    made = [
        file(
            current("petitions.grievance"),
            by=stage.citizen,
            data={"title": f"{TITLE} {number}", "body": BODY},
            institution=stage.institutions["town"],
        )
        for number in range(3)
    ]
    clerk = visit(stage.clerk, "en")
    keys = Keys(clerk)
    clerk.go("/work/new/")
    for case in made[:2]:
        keys.to(f"Select {case.number}")
        keys.board.press("Space")
    keys.to("Give to").chooses("한주무")
    keys.sends("Assign", "2 cases given")
    assert Case.objects.filter(assignee=stage.clerk).count() == 2
    keys.to(re.escape(made[2].title)).enter(to="/cases/")

    keys.to("Extend the deadline").enter()
    keys.writes("How many days more", "3")
    keys.writes("Why is more time needed", "현장 확인")
    keys.sends("Extend$", "Extended. The applicant is told.")
    keys.to("Ask the applicant").enter()
    keys.writes("What should the applicant", "어느 다리입니까?")
    keys.sends("Ask$", "어느 다리입니까?")
    clerk.go(f"/cases/{made[1].number}/")
    keys.to("Pass on to another institution").enter()
    keys.writes("Institution", "roads")
    keys.writes("Why is it passed on", "소관")
    keys.sends("Pass on$", "Passed on to Ministry of Roads")
    clerk.go(f"/cases/{made[0].number}/")
    keys.writes("What you answer", "오늘 고쳤습니다.")
    keys.sends("Send the answer", "The answer has been sent")
    made[0].refresh_from_db()
    assert made[0].stage == "answered"
    assert made[2].extensions.count() == made[2].supplements.count() == 1
    assert Case.objects.get(pk=made[1].pk).institution.code == "roads"


MAIN_PAGES: dict[str, list[str]] = {
    "": [
        "/",
        "/services/",
        "/petitions/",
        "/petitions/?view=map",
        "/figures/",
        "/sign-in/",
        "/register/",
        "/cases/{answered}/",
    ],
    "citizen": [
        "/my/",
        "/my/account/",
        "/my/tokens/",
        "/apply/petitions.grievance/",
        "/cases/{asked}/",
        "/cases/{unhappy}/",
    ],
    "officer": ["/work/open/", "/cases/{assigned}/"],
}


def faults(path: str, steps: list[dict[str, Any]], stops: int) -> list[str]:
    """What is wrong with the way that Tab takes through a page."""
    found = [
        f"{step['which']}: one does not see that it has the focus ({step['contrast']:.1f})"
        for step in steps
        if step["contrast"] < 3
    ]
    found += [f"{step['which']}: outside of what is shown" for step in steps if not step["onScreen"]]
    found += [f"{step['which']}: covered by something else" for step in steps if step["hidden"]]
    found += [
        f"{after['which']}: comes after {before['which']}, but stands before it"
        for before, after in pairwise(steps)
        if after["at"] < before["at"]
    ]
    found += [f"{stops} places to stop at, but Tab leads to {len(steps)}"] if len(steps) < stops else []
    return [f"{path}: {one}" for one in found]


@pytest.mark.parametrize("width", [1280, 360])
def test_one_sees_where_one_is(visit: Visit, stage: Stage, cases: dict[str, Case], width: int):
    """Tab goes through each main page from its beginning to its end, in the order in which it is read.

    What has the focus has a ring of at least 3 to 1 against what is around it, is on the screen, and nothing covers it.
    """
    numbers = {state: case.number for state, case in cases.items()}
    found = []
    for reader, paths in MAIN_PAGES.items():
        visitor = visit(stage.people.get(reader), width=width)
        for path in paths:
            visitor.go(path.format(**numbers))
            page = visitor.page
            page.evaluate(checks())
            page.evaluate("checks.follow()")
            stops = page.evaluate("checks.stops()")
            for _press in range(stops["presses"]):
                page.keyboard.press("Tab")
            steps = page.evaluate("steps")
            # After the last place come the browser's own, and then the first again.
            places = stops["places"]
            found += faults(f"{path} {width}", steps[:places], places)
    assert not found, "\n".join(found)
