"""The front-end assets: fetched once, complete, and calling nobody."""

import json
import re
from pathlib import Path

import pytest
from django.conf import settings

from ops import assets
from ops.places import ROOT, fingerprint

ASSETS = settings.DATA_DIR / "assets"


def test_current_assets_are_not_fetched_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "assets").mkdir()
    current = fingerprint(ROOT / "package-lock.json", Path(assets.__file__), also="")
    (tmp_path / "assets.stamp").write_text(current)
    monkeypatch.setattr(assets, "_fetch", lambda *_a, **_k: pytest.fail("fetched although current"))
    assets.install(tmp_path)


@pytest.mark.slow
def test_stale_assets_are_fetched_anew(tmp_path: Path) -> None:
    (tmp_path / "assets").mkdir()
    (tmp_path / "assets" / "left-over.css").touch()
    (tmp_path / "assets.stamp").write_text("of another lock")
    assets.install(tmp_path)
    have = {str(path.relative_to(tmp_path / "assets")) for path in (tmp_path / "assets").rglob("*.*")}
    assert {
        "htmx/htmx.min.js",
        "krds/css/component/output.css",
        "pretendard/PretendardGOV-Regular.subset.woff2",
    } <= have
    assert "left-over.css" not in have
    assert not (tmp_path / "npm").exists()


def test_every_file_that_the_style_sheets_name_is_there() -> None:
    sheets = list((ASSETS / "krds").rglob("*.css"))
    named = {
        (sheet.parent / url).resolve()
        for sheet in sheets
        for url in re.findall(r"url\(['\"]?([^)'\"]+)", sheet.read_text())
        if not url.startswith("data:")
    }
    assert len(named) > 50
    assert [path for path in named if not path.exists()] == []
    assert any("--krds-color-light-primary-50:" in sheet.read_text() for sheet in sheets)


def test_scripts_and_styles_name_no_map_that_is_not_there() -> None:
    for file in [*ASSETS.rglob("*.css"), *ASSETS.rglob("*.js")]:
        assert "sourceMappingURL" not in file.read_text(), file


def test_the_lock_pins_every_package_by_integrity() -> None:
    lock = json.loads((ROOT / "package-lock.json").read_text())
    packages = {name: facts for name, facts in lock["packages"].items() if name}
    assert set(lock["packages"][""]["dependencies"]) == {"htmx.org", "krds-uiux"}
    assert [name for name, facts in packages.items() if not facts["integrity"].startswith("sha512-")] == []
    assert [name for name, facts in packages.items() if "resolved" in facts] == []
