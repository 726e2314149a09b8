"""What a file is, by its content."""

import re
from typing import BinaryIO

import puremagic

from madang.kernel.documents.rules import KINDS, TEXT_BYTES, extension_of

from . import archives
from .refusals import (
    HEIC,
    OLD_OFFICE,
    PROGRAM,
    UNKNOWN,
    WEB_PAGE,
    damaged,
    not_accepted,
    not_what_it_says,
    other_kind,
    too_large,
)

_HEAD = 4096
_SIGNATURES = (
    (b"%PDF-", "pdf"),
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"\xff\xd8\xff", "jpeg"),
    (b"GIF87a", "gif"),
    (b"GIF89a", "gif"),
)
_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
_COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_HWP_HEADER = b"HWP Document File"
_HEIF_BRANDS = (b"heic", b"heix", b"hevc", b"mif1", b"msf1", b"heim", b"heis")
_PROGRAMS = (b"MZ", b"\x7fELF", b"#!", b"\xca\xfe\xba\xbe", b"\xcf\xfa\xed\xfe", b"dex\n")
_MARKUP = re.compile(
    rb"<(?:!doctype|!--|\?xml|\?php|\?=|html|head|body|script|svg|iframe|img|meta|link|style|object|embed)\b",
    re.IGNORECASE,
)
# Text may hold tabs, line and page breaks, and no other control characters.
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f]")
_TEXT_KINDS = ("txt", "csv")


def recognise(content: BinaryIO, size: int, name: str) -> str:
    """The kind of a file, a key of `rules.KINDS`. Raises Invalid for what is not accepted or not sound."""
    content.seek(0)
    head = content.read(_HEAD)
    for signature, kind in _SIGNATURES:
        if head.startswith(signature):
            return kind
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "webp"
    if head.startswith(_ZIP):
        return archives.kind_of(content, name)
    if head.startswith(_COMPOUND):
        content.seek(0)
        if _HWP_HEADER in content.read():
            return "hwp"
        raise not_accepted(name, OLD_OFFICE)
    if head[4:8] == b"ftyp" and head[8:12] in _HEIF_BRANDS:
        raise not_accepted(name, HEIC)
    if head.startswith(_PROGRAMS):
        raise not_accepted(name, PROGRAM)
    if _MARKUP.search(head[:2048].replace(b"\0", b"")):
        raise not_accepted(name, WEB_PAGE)
    return _text(content, size, name)


def _text(content: BinaryIO, size: int, name: str) -> str:
    """Anything can be read as text, so here, and only here, the name must say that it is meant as text."""
    extension = extension_of(name)
    content.seek(0)
    data = content.read(TEXT_BYTES + 1)
    if _is_text(data):
        if extension not in _TEXT_KINDS:
            raise not_what_it_says(name, extension) if extension in _known() else not_accepted(name, UNKNOWN)
        if size > TEXT_BYTES:
            raise too_large(name, TEXT_BYTES)
        return extension
    try:
        found = puremagic.from_string(data)
    except (puremagic.PureError, ValueError):
        found = ""
    if found.lstrip(".") in _known() and extension in _known():
        raise damaged(name)
    raise not_accepted(name, other_kind(found) if found else UNKNOWN)


def _known() -> set[str]:
    return {extension for kind in KINDS.values() for extension in kind.extensions}


def _is_text(data: bytes) -> bool:
    encodings = ["utf-16"] if data.startswith((b"\xff\xfe", b"\xfe\xff")) else ["utf-8-sig", "cp949"]
    for encoding in encodings:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        return not _CONTROL.search(text)
    return False
