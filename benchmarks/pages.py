"""How long the pages of the demo country take."""

from . import databases, filled, floor, lists, servers
from .load import in_turn, request
from .report import Section

TITLE = "Pages of the demo country"
ABOUT = """
Each page asked one after another over one connection to a warm server, as a signed-in citizen, as an officer, or as a
passer-by; the time until the last byte is there. The floor is the page that does the least, `/health/`.
"""


def run(section: Section, times: int) -> None:
    """Measures on a copy of the demo country."""
    name = "madang_bench_pages"
    address = databases.copy(name)
    databases.use(name)
    browsers = {who: lists.browser(who) for who in ("", filled.CITIZEN, filled.OFFICER)}
    with servers.site(address) as site:
        least = in_turn(site.port, [request("GET", "/health/")], times)
        for what, who, path in main_pages():
            browsers[who].get(path)
            with floor.listening() as heard:
                browsers[who].get(path)
            load = in_turn(site.port, [request("GET", path, lists.cookie(browsers[who]))], times)
            if load.errors(200):
                raise RuntimeError(f"{path}: {load.errors(200)[0].status}")
            size = len(load.answers[0].body) / 1000
            section.add(f"{what}, p50", load.part(0.5), "ms", floor=least.part(0.5))
            section.add(f"{what}, p95", load.part(0.95), "ms", floor=least.part(0.95))
            section.remark(f"{what}: {len(heard.sent)} statements, {size:.0f} kB, `{path}`")
    databases.drop(name)


def main_pages() -> list[tuple[str, str, str]]:
    """What, for whom, where."""
    from madang.kernel.cases.models import Case
    from madang.kernel.identity.queries import by_login

    citizen, officer = by_login(filled.CITIZEN), by_login(filled.OFFICER)
    assert citizen
    assert officer
    own = Case.objects.filter(applicant=citizen.person, closed_at__isnull=False).order_by("id")[0]
    here = Case.objects.filter(institution__posts__person=officer.person, closed_at=None).order_by("id").first()
    pages = [
        ("home", "", "/"),
        ("services", "", "/services/"),
        ("form of a petition", filled.CITIZEN, "/apply/petitions.suggestion/"),
        ("public petitions", "", "/petitions/"),
        ("search", "", "/search/?q=%EC%8B%A0%ED%98%B8"),
        ("institutions", "", "/institutions/"),
        ("an institution", "", f"/institutions/{filled.BUSIEST}/"),
        ("figures", "", "/figures/"),
        ("my page", filled.CITIZEN, "/my/"),
        ("an answered case, as its applicant", filled.CITIZEN, f"/cases/{own.number}/"),
        ("workbench", filled.OFFICER, "/work/"),
    ]
    return pages + ([("an open case, as its officer", filled.OFFICER, f"/cases/{here.number}/")] if here else [])
