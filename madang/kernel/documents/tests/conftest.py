import pytest

from madang.kernel.identity.models import Person


@pytest.fixture(autouse=True)
def files_in(settings, tmp_path):
    """Every test has a storage of its own."""
    settings.STORAGES = settings.STORAGES | {
        "default": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": tmp_path / "files"},
        }
    }
    return tmp_path / "files"


@pytest.fixture
def sender(db):
    return Person.objects.create(name="김민지", email="minji@example.org")


@pytest.fixture
def somebody_else(db):
    return Person.objects.create(name="이서준", email="seojun@example.org")
