"""The checks of the whole: style, types, imports, migrations and the settings of production."""

import os
import subprocess
import sys

import pytest

from ops.places import ROOT


def said_by(*words: str, **environment: str) -> tuple[int, str]:
    done = subprocess.run(
        [sys.executable, *words], cwd=ROOT, text=True, capture_output=True, env=os.environ | environment
    )
    return done.returncode, done.stdout + done.stderr


def test_style() -> None:
    code, said = said_by("-m", "ruff", "check", ".")
    assert code == 0, said


@pytest.mark.slow
def test_types() -> None:
    code, said = said_by("-m", "mypy")
    assert code == 0, said


def test_imports_keep_their_order() -> None:
    code, said = said_by("-c", "import sys; from importlinter.cli import lint_imports_command as run; run()")
    assert code == 0, said


def test_no_migration_is_missing() -> None:
    code, said = said_by("manage.py", "makemigrations", "--check", "--dry-run")
    assert code == 0, said


def test_production_settings_are_sound() -> None:
    production = {"DEBUG": "false", "MADANG_PLAIN_HTTP": "false", "MADANG_DEMO": "false"}
    key = "Zq7-vX2c_9LrTnB4kWm8sHd1Jf6yPa3Ug5EoKi0RtQwNbMzC"
    code, said = said_by(
        "manage.py", "check", "--deploy", "--fail-level", "WARNING",
        SECRET_KEY=key, ALLOWED_HOSTS="madang.example", **production,
    )  # fmt: skip
    assert code == 0, said
