"""The Python packages are pinned with hashes, and the locks say nothing about where they were made."""

import re

import pytest

from ops.places import ROOT

PINNED = re.compile(r"^([a-z0-9._-]+)==(\S+)", re.MULTILINE)


def names(file: str) -> set[str]:
    words = (line.split("#")[0].strip() for line in (ROOT / file).read_text().splitlines())
    found = (re.match(r"[a-z0-9._-]+", word) for word in words if not word.startswith("-"))
    return {match.group() for match in found if match}


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-dev.lock"])
def test_every_package_has_hashes_and_no_address(lock: str) -> None:
    text = (ROOT / lock).read_text()
    entries = [entry for entry in re.split(r"\n(?=[a-z0-9])", text) if PINNED.match(entry)]
    assert len(entries) == len(PINNED.findall(text)) > 40
    assert [entry.split()[0] for entry in entries if "--hash=sha256:" not in entry] == []
    assert not re.search(r"https?:|file:|--(extra-)?index-url|--find-links|/home/|/tmp/|/opt/", text)


@pytest.mark.parametrize("name", ["requirements", "requirements-dev"])
def test_the_lock_covers_what_is_asked_for(name: str) -> None:
    pinned = {found[0].replace("_", "-") for found in PINNED.findall((ROOT / f"{name}.lock").read_text())}
    assert {asked.replace("_", "-").replace(".", "-") for asked in names(f"{name}.in")} <= {
        have.replace(".", "-") for have in pinned
    }


def test_both_locks_agree() -> None:
    run = set(PINNED.findall((ROOT / "requirements.lock").read_text()))
    dev = set(PINNED.findall((ROOT / "requirements-dev.lock").read_text()))
    assert run <= dev
