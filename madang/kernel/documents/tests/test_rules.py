import unicodedata

import pytest

from madang.kernel.documents.rules import KINDS, NAME_LENGTH, clean_name, kind_of


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("민원 사진.jpg", "민원 사진.jpg"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\kim\\계획서.hwp", "계획서.hwp"),
        ("a\x00b\r\nc.pdf", "abc.pdf"),
        ("cod\u202egpj.exe", "codgpj.exe"),
        ('a"<b>|c?.pdf', "a__b__c_.pdf"),
        ("  .hidden.  ", "hidden"),
        ("두  칸\u3000공백.txt", "두 칸 공백.txt"),
        ("", "file"),
        ("...", "file"),
        (unicodedata.normalize("NFD", "한글.pdf"), "한글.pdf"),
    ],
)
def test_a_name_is_one_harmless_line(given, shown):
    assert clean_name(given) == shown


def test_a_name_ends_as_its_kind_does():
    assert clean_name("photo.png", KINDS["jpeg"].extensions) == "photo.png.jpg"
    assert clean_name("PHOTO.JPEG", KINDS["jpeg"].extensions) == "PHOTO.JPEG"
    assert clean_name(".pdf", KINDS["pdf"].extensions) == "pdf.pdf"


def test_a_long_name_keeps_its_ending():
    shown = clean_name("가" * 300 + ".pdf")
    assert len(shown) == NAME_LENGTH
    assert shown.endswith("가.pdf")


def test_content_types_tell_kinds_apart():
    assert [kind_of(kind.content_type) for kind in KINDS.values()] == list(KINDS.values())
