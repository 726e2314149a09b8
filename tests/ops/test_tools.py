"""The checks of the whole: style, types, migrations and the settings of production."""

import os
import subprocess
import sys
from secrets import token_urlsafe

import pytest
from django.core.management import call_command

from ops.places import ROOT


def said_by(*words: str, **environment: str) -> tuple[int, str]:
    # What drives the browser needs this in our own process; nobody's production has it.
    own = {name: value for name, value in os.environ.items() if name != "DJANGO_ALLOW_ASYNC_UNSAFE"}
    done = subprocess.run([sys.executable, *words], cwd=ROOT, text=True, capture_output=True, env=own | environment)
    return done.returncode, done.stdout + done.stderr


def test_style() -> None:
    code, said = said_by("-m", "ruff", "check", ".")
    assert code == 0, said


@pytest.mark.slow
def test_types() -> None:
    code, said = said_by("-m", "mypy")
    assert code == 0, said


@pytest.mark.django_db
def test_no_migration_is_missing() -> None:
    call_command("makemigrations", check_changes=True, dry_run=True)


@pytest.mark.slow
def test_production_settings_are_sound() -> None:
    production = {
        "ALLOWED_HOSTS": "madang.example",
        "DEBUG": "false",
        "EMAIL_URL": "smtp+tls://madang:word@mail.madang.example:587",
        "MADANG_DEMO": "false",
        "MADANG_PLAIN_HTTP": "false",
        "SECRET_KEY": token_urlsafe(48),
        "SITE_URL": "https://madang.example",
    }
    code, said = said_by("manage.py", "check", "--deploy", "--fail-level", "WARNING", **production)
    assert code == 0, said
