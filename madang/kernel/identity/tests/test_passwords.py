"""What is soon guessed or known to be stolen opens no account."""

import os
import threading
from collections.abc import Iterator
from hashlib import sha1
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib import import_module

import pytest
from django.core.exceptions import ValidationError
from django.utils.module_loading import import_string
from pwned_passwords_django.api import PwnedPasswords
from pwned_passwords_django.validators import PwnedPasswordsValidator

from madang.kernel.identity.engine.passwords import Guessable
from madang.kernel.identity.models import Account


@pytest.mark.parametrize(
    ("password", "good"),
    [
        ("password", False),
        ("qwer1234!@", False),
        ("P@ssw0rd2026", False),
        ("19991231", False),
        ("citizen.hong2", False),
        ("Gildong2026", False),
        ("three-quiet-words", True),
        ("바다 연필 호랑이 국수", True),
        ("x7$kQ9!vLm2", True),
        ("a" * 100_000, False),
    ],
)
def test_a_password_is_judged_by_how_soon_it_is_guessed(password: str, good: bool):
    account = Account(login="citizen.hong@example.org")
    account.called = "Gildong"
    if good:
        Guessable().validate(password, account)
    else:
        with pytest.raises(ValidationError):
            Guessable().validate(password, account)


class Stolen(BaseHTTPRequestHandler):
    """A list of stolen passwords, asked by the first five digits of the hash."""

    asked: list[str] = []

    def do_GET(self) -> None:
        self.asked.append(self.path)
        stolen = sha1(b"three-quiet-words", usedforsecurity=False).hexdigest().upper()
        body = f"{stolen[5:]}:12\r\n" if self.path == f"/{stolen[:5]}" else "0018A45C4D1DEF81644B54AB7F969B88D65:1\r\n"
        self.send_response(200)
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, *_words: object) -> None:
        """The list says nothing of who asks."""


@pytest.fixture
def stolen() -> Iterator[PwnedPasswords]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Stolen)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    client = PwnedPasswords()
    client.api_endpoint = f"http://127.0.0.1:{server.server_port}/"
    Stolen.asked.clear()
    yield client
    server.shutdown()
    server.server_close()


def test_a_stolen_password_is_refused_and_the_list_never_hears_it(stolen: PwnedPasswords):
    validator = PwnedPasswordsValidator(api_client=stolen)
    with pytest.raises(ValidationError):
        validator.validate("three-quiet-words")
    validator.validate("four-rather-quiet-words")
    assert all(len(path) == 6 for path in Stolen.asked)
    assert len(Stolen.asked) == 2


def test_without_the_list_people_still_register(stolen: PwnedPasswords):
    stolen.api_endpoint = "http://127.0.0.1:9/"
    validator = PwnedPasswordsValidator(api_client=stolen)
    validator.validate("four-rather-quiet-words")
    with pytest.raises(ValidationError):
        validator.validate("password")


def test_passwords_are_kept_by_a_hash_that_costs_memory():
    """Argon2id with at least what OWASP wants (19 MiB, two passes)."""
    kind = import_string(import_module(os.environ["DJANGO_SETTINGS_MODULE"]).PASSWORD_HASHERS[0])
    name, _version, costs = kind().encode("three-quiet-words", "salt" * 4).split("$")[1:4]
    assert name == "argon2id"
    memory, passes = (int(one.partition("=")[2]) for one in costs.split(",")[:2])
    assert memory >= 19 * 1024
    assert passes >= 2
