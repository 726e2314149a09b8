"""The country of the pack, and the people who hold posts in it. Everything is made through actions."""

from django.conf import settings

from madang.kernel.identity.actions import register
from madang.kernel.identity.models import Account, Person
from madang.kernel.identity.queries import by_login

from .actions import appoint, load_country
from .models import Institution, Post

PASSWORD = "madang-demo-2026"  # noqa: S105  (printed by ./run; a demo country is open to whoever starts it)

# Login, name, and the posts held: institution, role, department. `operator` runs the system and holds none.
PEOPLE: list[tuple[str, str, list[tuple[str, str, str]]]] = [
    ("citizen@demo", "김시민", []),
    ("citizen2@demo", "이주민", []),
    ("mother@demo", "나모친", []),
    ("desk@demo", "박접수", [("kr", "desk", "")]),
    ("officer@demo", "최담당", [("molit", "officer", "")]),
    ("manager@demo", "정과장", [("molit", "manager", "")]),
    ("seoul@demo", "한서울", [("seoul", "desk", ""), ("seoul", "officer", "")]),
    ("auditor@demo", "조감사", [("kr", "auditor", "")]),
    ("operator@demo", "윤운영", []),
]
ORDER = 10


def load(size: str) -> None:
    """Loads the country pack and registers the cast of the demo; done twice, it changes nothing."""
    load_country(settings.COUNTRY_PACK)
    for login, name, posts in PEOPLE:
        account = by_login(login) or _register(login, name)
        for code, role, department in posts:
            institution = Institution.objects.get(code=code)
            place = institution.departments.filter(code=department).first() if department else None
            appoint(account.person, by=None, institution=institution, role=role, department=place)


def who() -> list[tuple[str, str, str]]:
    """Login, password and what each may do, of the cast that is there."""
    told = []
    for login, name, _posts in PEOPLE:
        account = Account.objects.filter(login=login).select_related("person").first()
        if account:
            posts = Post.objects.filter(person=account.person).select_related("institution")
            roles = ", ".join(f"{post.role} at {post.institution.name_en or post.institution.name}" for post in posts)
            told.append((login, PASSWORD, f"{name} — {'operator' if account.is_operator else roles or 'citizen'}"))
    return told


def _register(login: str, name: str) -> Account:
    person = Person(name=name, email=f"{login}.example", language=settings.LANGUAGE_CODE)
    return register(person, by=None, login=login, password=PASSWORD, is_operator=login.startswith("operator"))
