"""The Korean country pack agrees with itself: every code that is mentioned exists, and every point has a place."""

import csv
import json
import re
from collections import Counter
from datetime import date
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from madang.kernel.procedures.rules.identifiers import TYPES, identifier

PACK = Path(__file__).parents[2] / "data" / "kr"
PROCEDURES = {"inquiry-law", "inquiry-procedure", "suggestion", "other", "grievance"}
CENTRAL = {"presidency", "constitutional", "ministry", "agency", "committee"}
LOCAL = {"province", "city", "county", "district", "ward", "education_office"}
UNSAFE = re.compile(r"01[016789]-?(?!0000)\d{3,4}-?\d{4}|\d{6}-[1-8]\d{6}|[\w.]+@(?!example\.com)[\w.]+")

Point = tuple[int, int]


def table(name: str) -> list[dict[str, str]]:
    with (PACK / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def shapes(name: str) -> dict[str, Any]:
    return json.loads((PACK / "boundaries" / name).read_text(encoding="utf-8"))


def rings(path: str) -> list[list[Point]]:
    """The corners of each closed line of an SVG path of relative moves, as the pack writes them."""
    found = []
    for line in re.findall(r"M([^Mz]*)z", path):
        start, steps = (list(map(int, re.findall(r"-?\d+", part))) for part in line.split("l"))
        corner = (start[0], start[1])
        corners = [corner]
        for dx, dy in zip(steps[::2], steps[1::2], strict=True):
            corner = (corner[0] + dx, corner[1] + dy)
            corners.append(corner)
        found.append(corners)
    return found


def place(shape: dict[str, Any], latitude: float, longitude: float) -> tuple[float, float]:
    """Where a point of the earth lies on the map."""
    how = shape["projection"]
    return (
        (longitude - how["lon0"]) * how["cos_lat"] * how["units_per_degree"],
        (how["lat0"] - latitude) * how["units_per_degree"],
    )


def covers(lines: list[list[Point]], x: float, y: float) -> bool:
    inside = False
    for line in lines:
        for (x1, y1), (x2, y2) in zip(line, line[1:] + line[:1], strict=True):
            if (y1 > y) != (y2 > y) and x < (x2 - x1) * (y - y1) / (y2 - y1) + x1:
                inside = not inside
    return inside


@pytest.fixture(scope="module")
def divisions() -> dict[str, dict[str, str]]:
    return {row["code"]: row for row in table("divisions.csv")}


@pytest.fixture(scope="module")
def institutions() -> dict[str, dict[str, str]]:
    return {row["code"]: row for row in table("institutions.csv")}


@pytest.fixture(scope="module")
def districts() -> dict[str, Any]:
    shape = shapes("districts.json")
    for feature in shape["features"]:
        feature["rings"] = rings(feature["path"])
    return shape


@pytest.fixture(scope="module")
def petitions() -> list[dict[str, Any]]:
    return YAML(typ="safe").load((PACK / "sample_petitions.yaml").read_text(encoding="utf-8"))


def district_of(shape: dict[str, Any], latitude: float, longitude: float) -> str:
    x, y = place(shape, latitude, longitude)
    found = [one["code"] for one in shape["features"] if not one.get("divided") and covers(one["rings"], x, y)]
    assert len(found) <= 1, f"{latitude},{longitude} lies in more than one district: {found}"
    return found[0] if found else ""


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("divisions.csv", ["code"]),
        ("institutions.csv", ["code"]),
        ("kinds.csv", ["code"]),
        ("topics.csv", ["code"]),
        ("competences.csv", ["code"]),
        ("competences_by_kind.csv", ["kind"]),
        ("departments.csv", ["institution", "code"]),
        ("departments_by_kind.csv", ["kind", "code"]),
        ("holidays_announced.csv", ["date"]),
    ],
)
def test_each_code_stands_once_and_cells_are_clean(name: str, key: list[str]) -> None:
    rows = table(name)
    assert [code for code, count in Counter(tuple(row[k] for k in key) for row in rows).items() if count > 1] == []
    untidy = [row for row in rows for cell in row.values() if cell is None or cell != cell.strip()]
    assert untidy == []


def test_the_divisions_form_one_tree(divisions: dict[str, dict[str, str]]) -> None:
    assert Counter(row["level"] for row in divisions.values()) == {"province": 16, "district": 269, "town": 3563}
    for code, row in divisions.items():
        assert re.fullmatch(r"\d{10}", code)
        assert date.fromisoformat(row["since"]) <= date(2026, 7, 1)
        if row["level"] == "province":
            assert row["parent"] == ""
            continue
        parent = divisions[row["parent"]]
        assert parent["level"] != "town"
        assert row["full_name"] in {f"{parent['full_name']} {row['name']}", parent["full_name"]}
        assert code[:2] == row["parent"][:2]
        if row["level"] == "town":
            assert row["parent"] == code[:5] + "00000"


def test_provinces_and_districts_have_an_english_name(divisions: dict[str, dict[str, str]]) -> None:
    endings = {"시": "-si", "군": "-gun", "구": "-gu"}
    for row in divisions.values():
        if row["level"] == "district" and row["name"] != "세종특별자치시":
            assert row["name_en"].endswith(endings[row["name"][-1]]), row
        elif row["level"] != "town":
            assert re.fullmatch(r"[A-Z][A-Za-z -]+", row["name_en"]), row


def test_wards_stand_under_their_city(divisions: dict[str, dict[str, str]]) -> None:
    assert divisions["4111100000"]["name"] == "장안구"
    assert divisions["4111100000"]["parent"] == "4111000000"
    cities = {divisions[row["parent"]]["name"] for row in divisions.values() if row["level"] == "district"} - {
        row["name"] for row in divisions.values() if row["level"] == "province"
    }
    south = {"청주시", "천안시", "전주시", "포항시", "창원시"}
    assert cities == south | {"수원시", "성남시", "안양시", "부천시", "안산시", "고양시", "용인시", "화성시"}


def test_every_institution_hangs_on_the_one_root(
    institutions: dict[str, dict[str, str]], divisions: dict[str, dict[str, str]]
) -> None:
    assert len(institutions) >= 924
    kinds = {row["code"] for row in table("kinds.csv")}
    assert [code for code, row in institutions.items() if not row["parent"]] == ["kr"]
    above: set[str] = set()
    for code, row in institutions.items():
        assert re.fullmatch(r"[a-z0-9-]{2,40}", code)
        assert row["name"]
        assert row["source"]
        assert row["kind"] in kinds, code
        assert row["division"] == "" or row["division"] in divisions, code
        assert row["parent"] == "" or row["parent"] in above, f"{code} stands before its parent {row['parent']}"
        assert row["homepage"] == "" or re.fullmatch(r"https?://[\w.-]+(/\S*)?", row["homepage"]), code
        assert row["phone"] == "" or re.fullmatch(r"\d{3,4}(-\d{4})?", row["phone"]), code
        above.add(code)


def test_no_institution_stands_twice_under_a_legal_prefix(institutions: dict[str, dict[str, str]]) -> None:
    prefix = re.compile(r"\((재|사|주)\)|재단법인|사단법인|주식회사|[\s·]")
    bare = Counter(prefix.sub("", row["name"]) for row in institutions.values())
    assert [name for name, count in bare.items() if count > 1] == []


def test_central_and_local_governments_have_an_english_name(institutions: dict[str, dict[str, str]]) -> None:
    without = [code for code, row in institutions.items() if row["kind"] in CENTRAL | LOCAL and not row["name_en"]]
    assert without == []


def test_every_local_government_serves_its_own_division(
    institutions: dict[str, dict[str, str]], divisions: dict[str, dict[str, str]]
) -> None:
    served = Counter(row["division"] for row in institutions.values() if row["kind"] in LOCAL - {"education_office"})
    governed = {code for code, row in divisions.items() if row["level"] != "town" and code != "3611000000"}
    assert served == dict.fromkeys(governed, 1)


def test_every_institution_says_what_it_answers_for(institutions: dict[str, dict[str, str]]) -> None:
    own = {row["code"]: row for row in table("competences.csv")}
    by_kind = {row["kind"]: row for row in table("competences_by_kind.csv")}
    assert set(own) <= set(institutions)
    assert set(by_kind) == {row["code"] for row in table("kinds.csv")}
    assert [c for c, row in institutions.items() if row["kind"] in CENTRAL and c not in own] == []
    for row in [*own.values(), *by_kind.values()]:
        assert row["competence"].endswith("다.")
        assert row["competence_en"].endswith(".")


def test_every_institution_has_one_desk(institutions: dict[str, dict[str, str]]) -> None:
    own, by_kind = table("departments.csv"), table("departments_by_kind.csv")
    assert {row["institution"] for row in own} <= set(institutions)
    desks = Counter(row["institution"] for row in own if row["is_desk"] == "true")
    assert desks == dict.fromkeys({row["institution"] for row in own}, 1)
    desks = Counter(row["kind"] for row in by_kind if row["is_desk"] == "true")
    assert desks == dict.fromkeys({row["code"] for row in table("kinds.csv")}, 1)
    for row in [*own, *by_kind]:
        assert row["is_desk"] in {"true", "false"}
        assert row["competence"], row
    usual = Counter(row["kind"] for row in by_kind)
    assert min(usual[kind] for kind in ("province", "city", "county", "district")) >= 10


def test_topics_go_to_institutions(institutions: dict[str, dict[str, str]]) -> None:
    topics = table("topics.csv")
    assert len(topics) == 17
    assert [topic["code"] for topic in topics if topic["institution"] not in institutions] == []
    assert [topic["code"] for topic in topics if not topic["name"] or not topic["name_en"]] == []


@pytest.mark.parametrize(
    ("name", "level", "limit"), [("provinces.json", "province", 60_000), ("districts.json", "district", 300_000)]
)
def test_boundaries_cover_the_divisions_and_stay_small(
    name: str, level: str, limit: int, divisions: dict[str, dict[str, str]]
) -> None:
    shape = shapes(name)
    features = shape["features"]
    assert [one["code"] for one in features] == sorted(code for code, row in divisions.items() if row["level"] == level)
    assert (PACK / "boundaries" / name).stat().st_size < limit
    _left, _top, width, height = shape["viewBox"]
    for one in features:
        corners = [corner for line in rings(one["path"]) for corner in line]
        assert all(0 <= x <= width and 0 <= y <= height for x, y in corners), one["name"]
        assert covers(rings(one["path"]), *one["label"]), one["name"]
        assert one["name"] == divisions[one["code"]]["name"]
        assert one["parent"] == divisions[one["code"]]["parent"]


@pytest.mark.parametrize(
    ("where", "latitude", "longitude", "code"),
    [
        ("Seoul City Hall", 37.5663, 126.9779, "1114000000"),
        ("Gyeongbokgung", 37.5796, 126.9770, "1111000000"),
        ("Gangnam station", 37.4979, 127.0276, "1168000000"),
        ("National Assembly", 37.5319, 126.9140, "1156000000"),
        ("Busan City Hall", 35.1798, 129.0750, "2647000000"),
        ("Haeundae beach", 35.1587, 129.1604, "2635000000"),
        ("Incheon Airport", 37.4602, 126.4407, "2815500000"),
        ("Geomdan new town", 37.6010, 126.6570, "2829000000"),
        ("Gwangju City Hall", 35.1601, 126.8516, "1224000000"),
        ("Daejeon City Hall", 36.3504, 127.3845, "3017000000"),
        ("Government Complex Sejong", 36.5040, 127.2650, "3611000000"),
        ("Suwon City Hall", 37.2636, 127.0286, "4111500000"),
        ("Bucheon City Hall", 37.5034, 126.7660, "4119200000"),
        ("Dongtan", 37.2005, 127.0950, "4159700000"),
        ("Gunwi", 36.2428, 128.5728, "2772000000"),
        ("Jeonju City Hall", 35.8242, 127.1480, "5211100000"),
        ("Baengnyeongdo", 37.9650, 124.6650, "2872000000"),
        ("Ulleungdo", 37.4844, 130.9057, "4794000000"),
        ("Dokdo", 37.2397, 131.8692, "4794000000"),
        ("Seongsan Ilchulbong", 33.4587, 126.9427, "5013000000"),
        ("the Yellow Sea", 36.0, 125.0, ""),
        ("Tokyo", 35.6762, 139.6503, ""),
    ],
)
def test_known_points_fall_in_their_district(
    where: str, latitude: float, longitude: float, code: str, districts: dict[str, Any]
) -> None:
    assert district_of(districts, latitude, longitude) == code, where


def test_districts_leave_no_gap_between_them(districts: dict[str, Any], divisions: dict[str, dict[str, str]]) -> None:
    """Every district label of a divided city lies in exactly one of its wards: shared borders, no holes."""
    wards = {one["code"]: one for one in districts["features"] if not one.get("divided")}
    divided = [one for one in districts["features"] if one.get("divided")]
    assert len(divided) == 13
    for city in divided:
        x, y = city["label"]
        inside = [code for code, one in wards.items() if one["parent"] == city["code"] and covers(one["rings"], x, y)]
        assert len(inside) == 1, city["name"]
    assert {one["parent"] for one in wards.values()} >= {city["code"] for city in divided}


def test_sample_petitions_speak_of_what_exists(
    petitions: list[dict[str, Any]],
    institutions: dict[str, dict[str, str]],
    divisions: dict[str, dict[str, str]],
    districts: dict[str, Any],
) -> None:
    topics = {row["code"] for row in table("topics.csv")}
    assert len(petitions) >= 120
    assert len({one["id"] for one in petitions}) == len({one["title"] for one in petitions}) == len(petitions)
    assert len({one["institution"] for one in petitions}) >= 25
    assert {one["topic"] for one in petitions} == topics
    assert {one["procedure"] for one in petitions} == PROCEDURES
    for one in petitions:
        body = institutions[one["institution"]]
        assert 80 <= len(one["body"]) <= 400, one["id"]
        if "place" in one:
            there = one["place"]["division"]
            assert district_of(districts, one["place"]["lat"], one["place"]["lon"]) == there, one["id"]
            if body["kind"] in LOCAL:
                chain = [there, divisions[there]["parent"], there[:2] + "00000000"]
                assert body["division"] in chain, f"{one['id']}: {there} is not in {body['name']}"
        assert "rating" not in one or ("answer" in one and 1 <= one["rating"] <= 5), one["id"]
        assert "comment" not in one or "rating" in one, one["id"]
        assert "additional_question" not in one or one["rating"] <= 2, one["id"]
        assert "additional_answer" not in one or "additional_question" in one, one["id"]
        assert not UNSAFE.search(" ".join(map(str, one.values()))), one["id"]
    assert sum("place" in one for one in petitions) >= 50
    assert sum("answer" in one for one in petitions) >= 80
    assert sum("answer" not in one for one in petitions) >= 15


def test_addresses_lie_in_divisions(divisions: dict[str, dict[str, str]]) -> None:
    rows = table("addresses.csv")
    leaves = {code for code, row in divisions.items() if row["level"] == "district"} - {
        row["parent"] for row in divisions.values() if row["level"] == "district"
    }
    assert len(rows) == 500
    assert {row["division"] for row in rows} == leaves
    for row in rows:
        assert row["address"].startswith(divisions[row["division"]]["full_name"] + " "), row
        assert row["zip"] == "" or re.fullmatch(r"\d{5}", row["zip"])


def test_the_readme_names_every_file_and_its_licence() -> None:
    text = (PACK / "README.md").read_text(encoding="utf-8")
    missing = [
        path.relative_to(PACK).as_posix()
        for path in PACK.rglob("*")
        if path.is_file() and path.name != "README.md" and f"`{path.relative_to(PACK).as_posix()}`" not in text
    ]
    assert missing == []
    for needed in ("KOGL type 1", "sgis.kostat.go.kr", "MIT", "CC BY 4.0"):
        assert needed in text


def test_numbers_of_persons_and_accounts_have_the_form_of_their_examples() -> None:
    pack = json.loads((PACK / "identifiers.json").read_text(encoding="utf-8"))
    assert set(pack) == set(TYPES)
    for kind, facts in pack.items():
        assert identifier(kind).tidy(facts["example"]) == facts["example"], kind
        assert "*" in identifier(kind).masked(facts["example"])
        assert not facts.get("stdnum") or import_module(f"stdnum.{facts['stdnum']}")
    # What stands in an example and in messages is nobody's number.
    assert not identifier("resident_number").is_possible(pack["resident_number"]["example"], date.today())  # noqa: DTZ011
