"""Texts closed with keys that are files: opened in their place only, found by a blind index, never in silence."""

import stat
from base64 import b64encode

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCMSIV
from hypothesis import given
from hypothesis import strategies as st

from madang.kernel.common import memory
from madang.kernel.common.encryption import (
    DATA,
    INDEX,
    Unreadable,
    blind,
    blinds,
    decrypt,
    each_sealed,
    encrypt,
    key_files,
    key_ring,
    name_in,
    new_key,
    newest_key,
)

NUMBER, PLACE = "860101-1234567", "cases_case.data:7:number"


@pytest.fixture(autouse=True)
def keys(settings, tmp_path):
    """Keys of their own for each test."""
    memory.forget()
    settings.KEYS_DIR = tmp_path
    return tmp_path


def test_what_is_encrypted_is_opened_in_its_place_only():
    ciphertext = encrypt(NUMBER, PLACE)
    assert NUMBER not in ciphertext
    assert decrypt(ciphertext, PLACE) == NUMBER
    assert encrypt(NUMBER, PLACE) != ciphertext
    with pytest.raises(Unreadable, match="not encrypted for this place") as refused:
        decrypt(ciphertext, "cases_case.data:8:number")
    assert NUMBER not in str(refused.value)


def test_a_changed_ciphertext_is_found_out():
    ciphertext = encrypt(NUMBER, PLACE)
    for at in range(17, len(ciphertext) - 2, 5):
        changed = ciphertext[:at] + ("A" if ciphertext[at] != "A" else "B") + ciphertext[at + 1 :]
        with pytest.raises(Unreadable):
            decrypt(changed, PLACE)


@pytest.mark.parametrize("nonsense", ["", ":", "x", "abc:def", "0123456789abcdef:AAAA"])
def test_nonsense_is_not_opened(nonsense):
    encrypt(NUMBER, PLACE)
    with pytest.raises(Unreadable):
        decrypt(nonsense, PLACE)
    with pytest.raises(Unreadable):
        decrypt(f"{newest_key(DATA)}:{nonsense}", PLACE)


def test_keys_are_files_that_only_their_owner_reads(keys):
    encrypt(NUMBER, PLACE)
    (file,) = key_files(DATA)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    assert list(keys.rglob("*.part")) == []


def test_every_key_opens_and_the_newest_closes():
    old = encrypt(NUMBER, PLACE)
    first = newest_key(DATA)
    second = new_key(DATA)
    assert encrypt(NUMBER, PLACE).startswith(f"{first}:"), "known for some seconds"
    memory.forget()
    assert encrypt(NUMBER, PLACE).startswith(f"{second}:")
    assert decrypt(old, PLACE) == NUMBER


def test_a_key_made_elsewhere_a_moment_ago_opens_at_once():
    """Another process may close with a key that this one has not heard of."""
    encrypt(NUMBER, PLACE)
    name, nonce = new_key(DATA), bytes(12)
    theirs = AESGCMSIV(key_ring(DATA)[name]).encrypt(nonce, NUMBER.encode(), PLACE.encode())
    assert not encrypt(NUMBER, PLACE).startswith(name), "this process has not heard of it"
    assert decrypt(f"{name}:{b64encode(nonce + theirs).decode()}", PLACE) == NUMBER


def test_a_new_key_is_the_newest_though_the_clock_is_behind(keys):
    new_key(DATA)
    (file,) = key_files(DATA)
    file.rename(file.with_name(f"29990101T000000000000-{name_in(file)}.key"))
    assert newest_key(DATA) == name_in(file)
    second = new_key(DATA)
    assert newest_key(DATA) == second


def test_a_missing_or_damaged_key_is_told_by_its_name():
    ciphertext = encrypt(NUMBER, PLACE)
    (file,) = key_files(DATA)
    content = file.read_text()
    file.write_text("00" * 32)
    memory.forget()
    with pytest.raises(Unreadable, match="is damaged"):
        encrypt(NUMBER, PLACE)
    file.unlink()
    memory.forget()
    with pytest.raises(Unreadable, match="is missing"):
        decrypt(ciphertext, PLACE)
    file.write_text(content)
    assert decrypt(ciphertext, PLACE) == NUMBER


def test_equal_texts_have_equal_blind_entries_under_each_key():
    first = blind(NUMBER, "t.c")
    new_key(INDEX)
    memory.forget()
    second = blind(NUMBER, "t.c")
    assert second != first
    assert blinds(NUMBER, "t.c") == [first, second]
    assert blind(NUMBER, "t.d") != second
    assert len(first.partition(":")[2]) * 4 >= 128
    assert NUMBER not in first


@given(st.text(), st.text(min_size=1))
def test_any_text_comes_back(text, place):
    assert decrypt(encrypt(text, place), place) == text


def test_encrypted_answers_are_found_wherever_they_stand():
    answers = {"a": {"$sealed": "1"}, "b": [{"c": {"$sealed": "2"}}, {"c": 3}], "d": "x", "e": None}
    seen = {}
    turned = each_sealed(answers, lambda path, text: seen.setdefault(path, text) + "!")
    assert seen == {"a": "1", "b.0.c": "2"}
    assert turned == {"a": "1!", "b": [{"c": "2!"}, {"c": 3}], "d": "x", "e": None}
