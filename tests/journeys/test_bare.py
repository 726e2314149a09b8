"""What is left of a page without script, motion or colours of its own, and what of it a screen reader is told."""

import pytest

from madang.kernel.cases.models import Case

from .conftest import Visit, Visitor
from .pages import PAGES
from .stage import Stage
from .test_pages import checks

pytestmark = pytest.mark.browser

# Comfort that a script adds: all of it can be done without, another way.
COMFORT = {
    "BUTTON Use where I am now",
    "BUTTON Copy",
    "INPUT",
}


def abilities(visitor: Visitor, path: str) -> set[str]:
    visitor.go(path)
    visitor.page.evaluate(checks())
    return set(visitor.page.evaluate("checks.abilities()"))


@pytest.mark.parametrize("reader", ["", "citizen", "officer"], ids=lambda reader: reader or "passer-by")
def test_what_a_page_offers_it_offers_without_script(visit: Visit, stage: Stage, cases: dict[str, Case], reader: str):
    numbers = {state: case.number for state, case in cases.items()}
    person = stage.people.get(reader)
    full, bare = visit(person, "en"), visit(person, "en", javascript=False)
    missing = {}
    for path in PAGES[reader]:
        address = path.format(**numbers)
        missing[path] = abilities(full, address) - abilities(bare, address) - COMFORT
    assert not {path: lost for path, lost in missing.items() if lost}


STILL = """() => [...document.querySelectorAll('*')].filter(one => {
    const style = getComputedStyle(one);
    return style.animationName !== 'none' || style.transitionDuration.split(', ').some(one => parseFloat(one) > 0);
}).map(one => one.outerHTML.slice(0, 80))"""


def test_nothing_moves_and_colours_may_be_the_readers_own(visit: Visit, stage: Stage, cases: dict[str, Case]):
    """With reduced motion nothing moves; in the reader's own colours one still sees what has the focus and what is
    chosen."""
    visitor = visit(stage.citizen, "en")
    visitor.page.emulate_media(reduced_motion="reduce", forced_colors="active")
    for path in ("/", "/apply/petitions.grievance/", f"/cases/{cases['unhappy'].number}/", "/figures/"):
        visitor.go(path)
        assert visitor.page.evaluate(STILL) == [], path
        visitor.page.evaluate(checks())
        visitor.page.evaluate("checks.follow()")
        for _press in range(30):
            visitor.page.keyboard.press("Tab")
        assert not [step["which"] for step in visitor.page.evaluate("steps") if step["contrast"] < 3], path


def told(visitor: Visitor) -> list[str]:
    """What Chromium hands to a screen reader, in order: the role, the name, and what state it is in."""
    devtools = visitor.context.new_cdp_session(visitor.page)
    nodes = {node["nodeId"]: node for node in devtools.send("Accessibility.getFullAXTree")["nodes"]}
    lines: list[str] = []

    def read(number: str) -> None:
        node = nodes[number]
        states = {one["name"]: one["value"].get("value") for one in node.get("properties", [])}
        if not node.get("ignored"):
            words = [node["role"]["value"], str(states.get("level", "")), f"“{node.get('name', {}).get('value', '')}”"]
            words += [state for state in ("required", "expanded") if states.get(state)]
            words += ["invalid"] if states.get("invalid") == "true" else []
            words += ["checked"] if states.get("checked") == "true" else []
            words += [f"({node['description']['value']})"] if node.get("description", {}).get("value") else []
            lines.append(" ".join(word for word in words if word))
        for child in node.get("childIds", []):
            if child in nodes:
                read(child)

    read(next(number for number, node in nodes.items() if "parentId" not in node))
    return lines


def says(visitor: Visitor, *expected: str) -> None:
    """All of this is told, in this order."""
    lines = iter(heard := told(visitor))
    for one in expected:
        assert any(line.startswith(one) for line in lines), f"{one} is not told in its place of:\n" + "\n".join(heard)


def test_a_screen_reader_is_told_what_one_sees(visit: Visit, stage: Stage, cases: dict[str, Case]):
    passer_by = visit(language="en")
    passer_by.go("/sign-in/")
    says(
        passer_by,
        "link “Skip to the content”",
        "banner",
        "search “Whole site”",
        "navigation “Main menu”",
        "main",
        "heading 1 “Sign In”",
        "textbox “E-mail Required” required",
        "textbox “Password Required” required",
        "button “Sign In”",
        "complementary “Do you need help?”",
        "contentinfo",
    )
    passer_by.go("/figures/")
    says(
        passer_by,
        "search “Narrow the figures”",
        "combobox “Institution”",
        "Date “From”",
        "figure “Received: by month",
        "image “Received: by month",
        "DisclosureTriangle “The figures as a table”",
    )
    passer_by.page.get_by_text("The figures as a table").first.click()
    says(passer_by, "DisclosureTriangle “The figures as a table” expanded", "table “Received: by month", "columnheader")


def test_a_screen_reader_is_told_what_happens(visit: Visit, stage: Stage, cases: dict[str, Case]):
    citizen = visit(stage.citizen, "en")
    citizen.go("/apply/petitions.grievance/")
    citizen.press("Go on")
    says(
        citizen,
        "RootWebArea “Error: Grievance",
        "navigation “You are here”",
        "alert",
        "heading 2 “2 things have to be put right”",
        "link “Answer this question.”",
        "textbox “Subject Required” required invalid (Say in one line what it is about. Error: Answer this question.)",
        "group “Place”",
        "button “Files” (At most 5 files",
        "button “Go on”",
    )
    citizen.go(f"/cases/{cases['asked'].number}/")
    says(
        citizen, "region “The office asks you”", "textbox “Your reply Required” required", "region “What has happened”"
    )
    citizen.write("Your reply", "마당대교입니다.")
    citizen.press("Send the reply")
    says(citizen, "main", "status", "StaticText “Thank you. The office has your reply.”", "heading 1")

    officer = visit(stage.officer, "en")
    officer.go("/work/open/")
    number = cases["assigned"].number
    says(
        officer,
        "navigation “Queues”",
        "table “All open”",
        "columnheader “Subject”",
        f"checkbox “Select {number}",
        "rowheader",
        "cell “Bridges”",
    )
    officer.page.get_by_label(f"Select {number}").press("Space")
    says(officer, f"checkbox “Select {number} {cases['assigned'].title}” checked", "status", "StaticText “1”")
