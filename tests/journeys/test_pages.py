"""Every page as every reader: accessible, narrow, in both languages, with a silent console."""

from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest
from django.conf import settings

from madang.kernel.cases.models import Case

from .conftest import Visit, Visitor
from .pages import PAGES
from .stage import Stage

pytestmark = pytest.mark.browser

LANGUAGES = ("ko", "en")
WIDTHS = (1280, 360)
# A telephone held upright, or a wide screen enlarged four times.
NARROWEST = 320


@cache
def axe() -> str:
    """The checker of accessibility, one of the front-end's own packages."""
    return Path(settings.DATA_DIR, "assets", "axe", "axe.min.js").read_text("utf-8")


@cache
def checks() -> str:
    """What else a script can see."""
    return Path(__file__).with_name("checks.js").read_text("utf-8")


RUN = """async (tags) => {
    const found = await axe.run(document, {runOnly: tags, resultTypes: ['violations']});
    return found.violations.map(one => one.id + ': ' + one.nodes.map(node => node.target.join(' ')).slice(0, 3).join(' | '));
}"""
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# The lists of the back office that one types in have no name of their own.
DJANGOS_OWN = "aria-input-field-name"
DOUBLE = "() => { document.documentElement.style.fontSize = '125%'; }"
# The spacing of WCAG 1.4.12: who needs it sets it in the browser.
SPACED = """() => {
    document.documentElement.style.fontSize = '';
    const sheet = new CSSStyleSheet();
    sheet.replaceSync('* { line-height: 1.5 !important; letter-spacing: 0.12em !important; '
        + 'word-spacing: 0.16em !important; } p { margin-bottom: 2em !important; }');
    document.adoptedStyleSheets.push(sheet);
}"""


def problems_of(visitor: Visitor, width: int) -> list[str]:
    """What is wrong with the page at this width."""
    visitor.page.set_viewport_size({"width": width, "height": 800})
    # The checker measures with styles of its own, which the policy blocks and the console tells of.
    visitor.listens = False
    found: list[str] = visitor.page.evaluate(RUN, TAGS)
    visitor.page.wait_for_timeout(0)
    visitor.listens = True
    return found + visitor.page.evaluate("[...checks.fits(), ...checks.targets()]")


def problems_of_the_enlarged(visitor: Visitor) -> list[str]:
    """What is cut, covered or pushed off the side when the page is narrow, its text doubled or spaced."""
    found = []
    visitor.page.set_viewport_size({"width": NARROWEST, "height": 800})
    found += [f"narrow: {one}" for one in visitor.page.evaluate("checks.fits()")]
    visitor.page.set_viewport_size({"width": WIDTHS[0], "height": 800})
    for name, change in (("doubled", DOUBLE), ("spaced", SPACED)):
        visitor.page.evaluate(change)
        found += [f"{name}: {one}" for one in visitor.page.evaluate("checks.fits()")]
    visitor.page.set_viewport_size({"width": WIDTHS[1], "height": 800})
    return found + [f"spaced and narrow: {one}" for one in visitor.page.evaluate("checks.fits()")]


def problems_at_all_sizes(visitor: Visitor, path: str) -> list[str]:
    """Everything that a script can find on the page that is open, each with where."""
    visitor.page.evaluate(axe())
    if path.startswith("/back-office/"):
        # Django's own pages; they are not built for telephones.
        visitor.listens = False
        found = visitor.page.evaluate(RUN, TAGS)
        return [f"{path}: {problem}" for problem in found if not problem.startswith(DJANGOS_OWN)]
    visitor.page.evaluate(checks())
    found = [f"{path} {visitor.language}: {problem}" for problem in visitor.page.evaluate("checks.structure()")]
    for width in WIDTHS:
        found += [f"{path} {visitor.language} {width}: {problem}" for problem in problems_of(visitor, width)]
    return found + [f"{path} {visitor.language}: {problem}" for problem in problems_of_the_enlarged(visitor)]


@pytest.mark.parametrize("reader", PAGES, ids=lambda reader: reader or "passer-by")
def test_pages_are_for_everyone(visit: Visit, stage: Stage, cases: dict[str, Case], reader: str):
    found = []
    numbers = {state: case.number for state, case in cases.items()}
    for language in LANGUAGES:
        visitor = visit(stage.people.get(reader), language)
        titles: dict[str, str] = {}
        for path in PAGES[reader]:
            visitor.page.set_viewport_size({"width": WIDTHS[0], "height": 800})
            visitor.listens = True
            answer = visitor.go(path.format(**numbers))
            assert answer.status == (404 if path == "/nowhere/" else 422 if "=nowhere" in path else 200), path
            assert visitor.page.get_attribute("html", "lang") == language
            title = visitor.page.title()
            found += [f"{path} {language}: called “{title}” like {titles[title]}"] if title in titles else []
            titles[title] = path
            found += problems_at_all_sizes(visitor, path)
    assert not found, "\n".join(found)


REFUSED: dict[str, tuple[str, Callable[[Visitor], None]]] = {
    "/sign-in/": ("", lambda visitor: visitor.page.locator("main [type=submit]").first.click()),
    "/register/": ("", lambda visitor: visitor.page.locator("main [type=submit]").first.click()),
    "/my/mandates/new/give/": ("citizen", lambda visitor: visitor.press("제안")),
    "/my/mandates/new/child/": ("citizen", lambda visitor: visitor.press("제안")),
    "/apply/petitions.grievance/": ("citizen", lambda visitor: visitor.press("다음")),
    "/cases/{unhappy}/": ("citizen", lambda visitor: visitor.press("추가 답변 요청하기")),
    "/cases/{assigned}/": ("officer", lambda visitor: visitor.press("결재 올리기")),
}


def test_a_refused_form_says_what_to_put_right(visit: Visit, stage: Stage, cases: dict[str, Case]):
    """The summary has the focus and leads to each field; the page stays accessible."""
    found = []
    numbers = {state: case.number for state, case in cases.items()}
    for path, (reader, send) in REFUSED.items():
        visitor = visit(stage.people.get(reader))
        visitor.go(path.format(**numbers))
        send(visitor)
        summary = visitor.page.locator(".m-error-summary")
        assert summary.count() == 1, path
        assert visitor.page.evaluate("document.activeElement.classList.contains('m-error-summary')"), path
        for link in summary.locator("a").all():
            target = str(link.get_attribute("href"))
            assert visitor.page.locator(target).count() == 1, f"{path}: {target}"
        found += problems_at_all_sizes(visitor, path)
        found += [f"{path}: {problem}" for problem in visitor.page.evaluate("checks.errors()")]
    assert not found, "\n".join(found)
