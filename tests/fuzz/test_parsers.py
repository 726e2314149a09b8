"""Whatever foreign input says, it is understood or refused in our words, soon, and nothing is written by halves."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import transaction
from hypothesis import example, given
from hypothesis import strategies as st

from madang.kernel.cases.models import Case
from madang.kernel.cases.queries import page_of, public
from madang.kernel.common.errors import DomainError
from madang.kernel.common.money import parse_money
from madang.kernel.common.numbers import parse
from madang.kernel.common.privacy import mask, mask_name
from madang.kernel.common.worktime import ClockError, Period
from madang.kernel.documents.engine import examine
from madang.kernel.identity.queries import by_token
from madang.kernel.institutions.models import Institution
from madang.kernel.procedures.forms import clean_data
from madang.kernel.procedures.queries import current
from madang.kernel.procedures.rules.reading import World, read

from .conftest import bounded

pytestmark = [pytest.mark.slow, pytest.mark.django_db]

ODD = st.sampled_from(
    [
        "\0",
        "\ud800",
        "٣٣",
        "９",
        "%00",
        "' OR 1=1",
        "\u202e",
        "9" * 400,
        "1e999",
        "-0",
        "inf",
        "nan",
        "[" * 500,
        "&" * 99,
        "*a",
    ]
)
TEXT = st.one_of(st.text(max_size=200), ODD)
JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), TEXT),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(TEXT, inner, max_size=4)),
    max_leaves=12,
)
DEFINITION = (Path(__file__).parents[2] / "madang/services/petitions/procedures/suggestion.yaml").read_text("utf-8")


@contextmanager
def soon(seconds: float = 5.0) -> Iterator[None]:
    """Fails when it takes long; far above what anything should take, also on a machine with much to do."""
    begin = time.process_time()
    yield
    assert time.process_time() - begin < seconds


@bounded(60)
@given(st.text(max_size=400))
@example("a: &a [*a, *a]")
@example("a: &a [1]\nb: &b [*a,*a]\nc: [*b,*b]")
@example("? [a]\n: b")
@example("!!python/object/apply:os.system ['true']")
@example("form: [[[[[[[[[")
@example("\0")
@example("---")
@example("~")
def test_a_definition(text: str):
    with soon():
        reading = read(text, World(date(2026, 3, 2)))
    assert reading.procedure is not None or reading.problems


@bounded(80)
@given(st.data())
def test_a_definition_that_was_damaged(data: Any):
    lines = DEFINITION.splitlines()
    for _count in range(data.draw(st.integers(1, 3))):
        place = data.draw(st.integers(0, len(lines) - 1))
        line = lines[place]
        at = data.draw(st.integers(0, len(line)))
        lines[place] = line[:at] + data.draw(TEXT) + line[data.draw(st.integers(at, len(line))) :]
    with soon():
        reading = read("\n".join(lines), World(date(2026, 3, 2)))
    assert reading.procedure is not None or reading.problems


@bounded(150)
@given(
    st.one_of(TEXT, st.from_regex(r"[0-9-]{6,40}|010[- ]?\d{4}[- ]?\d{4} .*|[가-힣]{2,4}동 \d+-\d+.*", fullmatch=True))
)
def test_masking_hides_once_and_for_all(text: str):
    with soon():
        once = mask(text)
        assert mask(once) == once
        name = mask_name(text)
        assert all(after in (before, "*") for before, after in zip(name, mask_name(name), strict=True))


@bounded(200)
@given(st.one_of(TEXT, st.from_regex(r"[0-9]{1,12}(d|h|w|m|y|cd)", fullmatch=True)))
def test_small_words_of_ours(text: str):
    for reader, refusal in ((Period.parse, ClockError), (parse, DomainError), (parse_money, (DomainError, ValueError))):
        try:
            with soon(1):
                reader(text)
        except refusal:
            continue


@bounded(60)
@given(cursor=st.one_of(TEXT, st.sampled_from(["MA==", "MjAyNi0wMy0wMnwx", "MDAwMS0wMS0wMVQwMDowMHwx", "Ojp8fA=="])))
def test_cursors(db: None, cursor: str):
    try:
        with transaction.atomic():
            page_of(public(), cursor, 20)
    except DomainError:
        pass


@bounded(60)
@given(token=st.one_of(st.text(st.characters(max_codepoint=255)), ODD.filter(lambda one: "\ud800" not in one)))
def test_tokens(db: None, token: str):
    assert by_token(token) is None


@pytest.fixture
def procedures(town: Any) -> None:
    call_command("load_procedures", verbosity=0)


@bounded(120)
@given(
    answers=st.one_of(
        JSON, st.fixed_dictionaries({"title": JSON, "body": JSON}, optional={"place": JSON, "files": JSON, "x": JSON})
    )
)
def test_answers_to_a_form(procedures: None, citizen: Any, answers: Any):
    try:
        with soon(), transaction.atomic():
            clean = clean_data(current("petitions.suggestion").definition, answers, citizen)
            json.dumps(clean, allow_nan=False)
    except DomainError:
        pass


def _zipped(names: list[str], content: bytes) -> bytes:
    whole = BytesIO()
    with ZipFile(whole, "w") as archive:
        for name in dict.fromkeys(names):
            archive.writestr(name, content)
    return whole.getvalue()


HEADS = [
    b"",
    b"%PDF-1.7\n",
    b"\x89PNG\r\n\x1a\n",
    b"\xff\xd8\xff\xe0",
    b"PK\x03\x04",
    b"RIFF\0\0\0\0WEBP",
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
    b"GIF89a",
]
NAMES = st.lists(
    st.sampled_from(["[Content_Types].xml", "word/document.xml", "../x", "mimetype", "a/" * 50, "Contents/"]),
    max_size=4,
)
FILES = st.one_of(
    st.builds(lambda head, rest: head + rest, st.sampled_from(HEADS), st.binary(max_size=300)),
    st.builds(_zipped, NAMES, st.binary(max_size=50)),
    st.builds(
        lambda whole, at: whole[:at] + b"\xff" + whole[at + 1 :],
        st.builds(_zipped, NAMES, st.binary(max_size=50)),
        st.integers(0, 200),
    ),
)


@bounded(150)
@given(
    content=FILES,
    name=st.one_of(TEXT, st.sampled_from(["a.pdf", "a.docx", "a.hwpx", "a.png", "a.jpg", "a.zip", "a.xlsx", ""])),
)
def test_uploads(content: bytes, name: str):
    try:
        upload = SimpleUploadedFile("x", content)
        upload._name = name
        with soon():
            examined = examine(upload)
        assert examined.size
        assert not {"/", "\\", "\0"} & set(examined.name)
    except DomainError:
        pass


def _rows() -> tuple[int, int]:
    return Case.objects.count(), Institution.objects.count()


LINE = st.one_of(
    JSON.map(lambda one: json.dumps(one)),
    st.fixed_dictionaries(
        {"title": st.one_of(st.just("제목"), JSON), "body": st.one_of(st.just("본문"), JSON)},
        optional=dict.fromkeys(("topic", "institution", "procedure", "received_at", "public"), JSON),
    ).map(lambda one: json.dumps(one)),
    TEXT.filter(lambda one: "\ud800" not in one),
)


@bounded(60)
@given(lines=st.lists(LINE, max_size=5), kind=st.sampled_from(["jsonl", "csv"]))
def test_petitions_kept_elsewhere(procedures: None, tmp_path_factory: Any, lines: list[str], kind: str):
    file = tmp_path_factory.mktemp("fuzz") / f"petitions.{kind}"
    head = ["title,body,institution,received_at,topic"] if kind == "csv" else []
    good = '{"title": "가로등", "body": "꺼졌습니다."}' if kind == "jsonl" else "가로등,꺼졌습니다.,,,"
    file.write_bytes("\n".join([*head, *lines, good]).encode(errors="surrogateescape"))
    said = StringIO()
    with transaction.atomic():
        try:
            with soon():
                call_command("import_petitions", file, quiet=True, stdout=said, stderr=StringIO())
        except (CommandError, SystemExit):
            pass
        else:
            told = int(said.getvalue().split()[0])
            assert Case.objects.filter(channel="import").count() == told
        transaction.set_rollback(True)


@bounded(40)
@given(lines=st.lists(st.lists(st.one_of(TEXT, st.sampled_from(["city", "town", "ministry"])), max_size=9), max_size=5))
def test_a_list_of_institutions(town: Any, tmp_path_factory: Any, lines: list[list[str]]):
    file = tmp_path_factory.mktemp("fuzz") / "institutions.csv"
    body = ["code,name,kind,parent,division,name_en,homepage,phone,source", *(",".join(line) for line in lines)]
    file.write_bytes("\n".join(body).encode(errors="replace"))
    before = _rows()
    with transaction.atomic():
        try:
            with soon():
                call_command("import_institutions", file, stdout=StringIO(), stderr=StringIO())
        except CommandError:
            assert _rows() == before
        except SystemExit:
            pass
        transaction.set_rollback(True)


PATHS = [
    "/petitions/",
    "/search/",
    "/institutions/",
    "/figures/",
    "/figures.json",
    "/figures.csv",
    "/services/",
    "/",
    "/institutions/options/",
]
ASKED = [
    "q",
    "cursor",
    "institution",
    "topic",
    "state",
    "division",
    "view",
    "page",
    "from",
    "until",
    "kind",
    "procedure",
    "name",
]


@bounded(120)
@given(
    path=st.sampled_from(PATHS),
    asked=st.dictionaries(
        st.sampled_from(ASKED),
        st.one_of(TEXT, st.sampled_from(["0", "-1", "99999999999999999999", "2026-02-30", "map"])),
        max_size=4,
    ),
    language=st.one_of(TEXT, st.sampled_from(["ko", "en;q=0.5", "*", "zz-" * 50, "en;q=x"])),
)
def test_query_strings_and_languages(client: Any, town: Any, path: str, asked: dict[str, str], language: str):
    client.raise_request_exception = False
    asked = {name: text.encode(errors="replace").decode() for name, text in asked.items()}
    header = language.encode(errors="replace").decode("latin-1").replace("\r", "").replace("\n", "")
    with soon(), transaction.atomic():
        answer = client.get(path, asked, HTTP_ACCEPT_LANGUAGE=header)
        assert answer.status_code < 500, answer.content[:500]
        transaction.set_rollback(True)


@bounded(60)
@given(
    body=st.one_of(
        st.binary(max_size=300), st.just(b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n'), st.just(b"--x--")
    ),
    mark=st.sampled_from(["x", "", "\x00", "x" * 300, "é"]),
)
def test_multipart(client: Any, town: Any, body: bytes, mark: str):
    client.raise_request_exception = False
    for path in ("/sign-in/", "/register/", "/api/v1/petitions"):
        answer = client.generic("POST", path, body, content_type=f"multipart/form-data; boundary={mark}")
        assert answer.status_code < 500, answer.content[:500]


def test_what_chance_found_is_refused_line_by_line(procedures: None, town: Any, tmp_path: Path):
    """One line that says an institution by a list, or with characters that are no text, stops none of the others."""
    petitions, institutions = tmp_path / "petitions.jsonl", tmp_path / "institutions.csv"
    odd = ['["town"]', '{"a": 1}', '"\\u0000"', '"\\ud800"', "7", "true"]
    lines = [f'{{"title": "가로등", "body": "꺼졌습니다.", "institution": {one}}}' for one in odd]
    petitions.write_text("\n".join([*lines, '{"title": "가로등", "body": "꺼졌습니다."}']))
    call_command("import_petitions", petitions, quiet=True, stdout=StringIO(), stderr=StringIO())
    assert Case.objects.filter(channel="import").count() >= 1
    institutions.write_text("code,name,kind\nodd,이상\0한 곳,city\ngood,좋은 시,city\n")
    said = StringIO()
    with pytest.raises(SystemExit):
        call_command("import_institutions", institutions, stdout=StringIO(), stderr=said)
    assert ":2:" in said.getvalue()
    assert list(Institution.objects.filter(code__in=["odd", "good"]).values_list("code", flat=True)) == ["good"]
