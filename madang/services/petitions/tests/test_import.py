"""Petitions kept elsewhere are taken over by the rules for all: masked, counted, once."""

import json
from io import StringIO

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from madang.kernel.cases.models import Case
from madang.kernel.institutions.actions import found
from madang.kernel.institutions.models import Institution


@pytest.fixture(autouse=True)
def root(db):
    call_command("load_procedures", verbosity=0)
    return found(Institution(code="root", name="나라", kind="state"), by=None)


def take(*files, **options):
    out, err = StringIO(), StringIO()
    code = 0
    try:
        call_command("import_petitions", *map(str, files), stdout=out, stderr=err, quiet=True, **options)
    except SystemExit as stop:
        code = stop.code
    assert code in (0, 1)
    return out.getvalue().strip(), err.getvalue()


def lines(path, *rows):
    path.write_text(
        "\n".join(row if isinstance(row, str) else json.dumps(row, ensure_ascii=False) for row in rows), "utf-8"
    )
    return path


GOOD = {
    "category": "교통/건축/국토",
    "title": "신호등",
    "content": "전화 010-0000-1234, mail a@b.kr",
    "begin": "2019-07-01",
}


def test_json_lines_are_filed_public_and_masked(tmp_path, client):
    told, _err = take(lines(tmp_path / "a.jsonl", GOOD))
    assert told == "1 taken over, 0 already there, 0 refused."
    case = Case.objects.get()
    assert (case.channel, case.topic, case.is_public, case.applicant) == ("import", "transport-land", True, None)
    assert "1234" in case.text
    for address in ("/petitions/", f"/cases/{case.number}/", "/api/v1/petitions", f"/api/v1/petitions/{case.number}"):
        page = client.get(address)
        assert page.status_code == 200
        assert "1234" not in page.content.decode()
        assert "a@b.kr" not in page.content.decode()


def test_taking_over_twice_changes_nothing(tmp_path):
    file = lines(tmp_path / "a.jsonl", GOOD, GOOD | {"title": "둘"})
    assert take(file)[0] == "2 taken over, 0 already there, 0 refused."
    assert take(file)[0] == "0 taken over, 2 already there, 0 refused."
    assert Case.objects.count() == 2


def test_bad_lines_are_named_by_number_and_the_rest_is_taken(tmp_path):
    told, err = take(
        lines(
            tmp_path / "a.jsonl",
            GOOD,
            "{broken",
            "[1]",
            GOOD | {"title": None},
            GOOD | {"category": "없는 분류"},
            GOOD | {"title": "x" * 300},
            GOOD | {"content": "\u0000"},
            GOOD | {"title": "끝"},
        )
    )
    assert told == "2 taken over, 0 already there, 6 refused."
    assert [f"a.jsonl:{number}:" in err for number in range(1, 9)] == [False, True, True, True, True, True, True, False]
    assert Case.objects.count() == 2


def test_csv_with_other_names_is_mapped(tmp_path, root):
    town = found(Institution(code="town", name="시", kind="city", parent=root), by=None)
    path = tmp_path / "b.csv"
    path.write_text("제목,본문,기관,날짜\n가로등,꺼졌습니다,town,2024-03-05\n", "utf-8")
    take(path, map=["title=제목", "body=본문", "institution=기관", "received_at=날짜"], private=True, procedure="other")
    case = Case.objects.get()
    assert (case.institution, case.procedure, case.is_public) == (town, "petitions.other", False)
    assert case.received_at.isoformat().startswith("2024-03-0")


@pytest.mark.parametrize("wrong", ["colour=x", "title=", "title"])
def test_a_wrong_mapping_is_explained(tmp_path, wrong):
    with pytest.raises(CommandError, match="--map"):
        take(lines(tmp_path / "a.jsonl", GOOD), map=[wrong])


def test_a_missing_file_is_explained(tmp_path):
    with pytest.raises(CommandError, match="There is no file"):
        take(tmp_path / "none.jsonl")
