import pytest

from madang.kernel.identity.models import Person
from madang.kernel.notices import engine
from madang.kernel.notices.actions import notify


class Carrier:
    """A channel that keeps what it is given, or fails as told."""

    name = "pigeon"
    label = "Pigeon"

    def __init__(self):
        self.carried = []
        self.error = None

    def is_ready(self):
        return True

    def address_of(self, person):
        return person.phone

    def send(self, message):
        if self.error:
            raise self.error
        self.carried.append(message)
        return f"ring-{len(self.carried)}"


@pytest.fixture
def carrier(monkeypatch):
    """The only channel there is."""
    carrier = Carrier()
    monkeypatch.setattr(engine, "_channels", lambda: {carrier.name: carrier})
    return carrier


@pytest.fixture
def reader(db):
    return Person.objects.create(name="김민지", email="minji@example.org", phone="010-1234-5678")


@pytest.fixture
def somebody_else(db):
    return Person.objects.create(name="James", email="james@example.org", language="en")


@pytest.fixture
def templates(settings, tmp_path):
    """A folder `notices` of templates that are found before any app's."""
    from madang.kernel.notices.engine import texts

    folder = tmp_path / "notices"
    folder.mkdir()
    (folder / "hello.ko.txt").write_text("안녕하세요, {{ person }} 님\n\n{{ news }}\n")
    (folder / "hello.en.txt").write_text("Hello {{ person }}\n\n{{ news }}\n")
    texts._engine.cache_clear()
    loaders = texts._engine().template_loaders
    from django.template.loaders.filesystem import Loader

    loaders.insert(0, Loader(texts._engine(), [str(tmp_path)]))
    yield folder
    texts._engine.cache_clear()


@pytest.fixture
def tell(templates):
    def tell(person, key="k1", **more):
        return notify(person, "hello", {"news": "소식 <b>&"}, key=key, **more)

    return tell
