"""The back office: an operator publishes a definition without a file, and reads what was published."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation

from madang.kernel.procedures.forms import definition as form
from madang.kernel.procedures.models import Version
from madang.kernel.procedures.queries import DefinitionFile

from .conftest import TEXT


@pytest.fixture
def office(operator: Any, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The operator's browser, in English, on a site that has a service `tests`."""
    settings.LANGUAGE_CODE = "en"
    monkeypatch.setattr(form, "services", lambda: ["tests"])
    client = Client(headers={"accept-language": "en"})
    client.force_login(operator.account)
    return client


ADD = "admin:procedures_version_add"


def test_an_operator_publishes_a_definition(office: Any, operator: Any):
    assert office.get(reverse(ADD)).status_code == 200
    assert office.post(reverse(ADD), {"text": TEXT}).status_code == 302
    version = Version.objects.get()
    assert (version.procedure, version.number, version.published_by) == ("tests.everything", 1, operator)
    page = office.get(reverse("admin:procedures_version_change", args=[version.pk])).content.decode()
    assert "모든 것" in page
    assert 'name="_save"' not in page
    assert office.get(reverse("admin:procedures_version_changelist")).status_code == 200


def test_every_mistake_is_told_with_its_line(office: Any):
    page = office.post(
        reverse(ADD), {"text": TEXT.replace("law:", "lawe:").replace("then: [reviewed, returned]", "then: [revewed]")}
    ).content.decode()
    assert "Line 5: there is no key `lawe` here — did you mean “law”?" in page
    assert "Line 64: there is no stage “revewed”" in page
    assert not Version.objects.exists()


def test_what_has_a_file_is_changed_in_its_file(office: Any, tmp_path: Any, monkeypatch: pytest.MonkeyPatch):
    file = tmp_path / "everything.yaml"
    file.write_text(TEXT)
    monkeypatch.setattr(form, "definition_files", lambda: [DefinitionFile(file, "tests")])
    page = office.post(reverse(ADD), {"text": TEXT}).content.decode()
    assert "“tests.everything” is defined in the file everything.yaml. Change it there." in page
    assert not Version.objects.exists()


def test_a_definition_belongs_to_a_service_there_is(office: Any, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(form, "services", lambda: ["petitions"])
    assert (
        "There is no service “tests”. Services: petitions."
        in office.post(reverse(ADD), {"text": TEXT}).content.decode()
    )


def test_nobody_but_operators_comes_in(db: None, citizen: Any):
    client = Client()
    client.force_login(citizen.account)
    with translation.override("en"):
        assert client.get(reverse(ADD)).status_code == 302
    assert client.post(reverse(ADD), {"text": TEXT}).status_code == 302
    assert not Version.objects.exists()
