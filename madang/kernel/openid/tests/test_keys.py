"""Keys take turns without anybody noticing: published before they sign, and until what they signed has expired."""

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.utils import timezone

from madang.kernel.openid.engine import keys
from madang.kernel.openid.rules import amr_of, is_address

from .conftest import header_of


@pytest.fixture
def folder(settings, tmp_path):
    settings.KEYS_DIR = tmp_path
    return tmp_path / "openid"


def made(folder, ago):
    """A key that was made so long ago; its name."""
    file = folder / f"{keys.new_key()}.pem"
    old = file.rename(folder / f"{timezone.now() - ago:%Y%m%dT%H%M%S%f}.pem")
    return keys._read(old).thumbprint()


def signer():
    return header_of(keys.sign({"sub": "x"}, kind="JWT"))["kid"]


def names():
    return [key["kid"] for key in keys.published()]


def test_the_first_key_signs_at_once(folder):
    assert names() == [signer()]
    (file,) = folder.glob("*.pem")
    assert file.stat().st_mode & 0o777 == 0o600
    assert folder.stat().st_mode & 0o777 == 0o700


def test_a_new_key_is_published_before_it_signs(folder, capsys):
    old = made(folder, timedelta(days=90))
    call_command("openid", "new-key")
    assert "signs in ten minutes" in capsys.readouterr().out
    assert len(names()) == 2
    assert signer() == old
    call_command("openid", "keys")
    assert capsys.readouterr().out.split() == names()


def test_an_old_key_stays_published_until_what_it_signed_has_expired(folder):
    old = made(folder, timedelta(days=90))
    token = keys.sign({"sub": "x"}, kind="JWT")
    new = made(folder, keys.FRESH + timedelta(minutes=6))
    assert signer() == new
    assert names() == [old, new]
    (folder / sorted(file.name for file in folder.glob("*.pem"))[-1]).unlink()
    newer = made(folder, keys.FRESH + keys.KEPT + timedelta(seconds=1))
    assert names() == [newer]
    assert keys.claims_of(token) == {"sub": "x"}, "as a hint an old token is still understood"


def test_two_processes_that_begin_at_once_agree(folder, monkeypatch):
    first = keys.secret()
    keys._write(folder / "pairwise.secret", b"late")
    assert keys.secret() == first
    assert not list(folder.glob(".*"))


@pytest.mark.parametrize(
    ("uri", "good"),
    [
        ("https://a.example/b?c=d", True),
        ("https://[2001:db8::1]:8443/", True),
        ("http://localhost:3000/back", True),
        ("http://[::1]/", True),
        ("http://127.0.0.1.evil.example/", False),
        ("http://a.example/", False),
        ("https://a.example:port/", False),
        ("https://a.example/ b", False),
        ("https://é.example/", False),
        ("https://" + "a" * 500, False),
        ("HTTPS:a.example", False),
    ],
)
def test_an_address_is_good_or_not(uri, good):
    assert is_address(uri, loopback=True) == good
    assert not (uri.startswith("http:") and is_address(uri, loopback=False))


@pytest.mark.parametrize(
    ("noted", "said"),
    [
        ([{"method": "password"}], ["pwd"]),
        ([{"method": "password"}, {"method": "mfa", "type": "totp"}], ["pwd", "otp", "mfa"]),
        ([{"method": "mfa", "type": "webauthn", "passwordless": True}], ["hwk"]),
        ([{"method": "code"}], []),
    ],
)
def test_how_somebody_signed_in_is_said_in_the_words_of_the_standard(noted, said):
    assert amr_of(noted) == said
