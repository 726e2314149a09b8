"""Archives: which kind, and whether unpacking them would hurt. Today's office documents are archives, too."""

import re
import zlib
from dataclasses import dataclass
from io import BytesIO
from typing import BinaryIO
from zipfile import BadZipFile, ZipFile, ZipInfo

from madang.kernel.documents.rules import MAX_BYTES, MB

from .refusals import MACROS, bomb, damaged, empty, locked, nested, not_accepted

# A report with two thousand pictures still fits; listing more takes time and serves nobody.
MAX_ENTRIES = 2_000
# Ten times the largest upload.
MAX_UNPACKED = 300 * MB
# Spreadsheets shrink up to a hundredfold; what shrinks more, and is large, is made to hurt: an entry, or the whole of
# what was sent, with the archives in it. Entries may share their packed data, so only the whole tells.
MAX_RATIO = 200
RATIO_FROM = 10 * MB
# An archive may hold documents, which are archives; a document may hold a table. No deeper.
MAX_DEPTH = 3

_END = b"PK\x05\x06"
_LOCAL = b"PK\x03\x04"
_CHUNK = MB
_OUTSIDE = re.compile(r"^[/\\]|^[A-Za-z]:|(^|[/\\])\.\.([/\\]|$)")
_OFFICE = {"word/document.xml": "docx", "xl/workbook.xml": "xlsx", "ppt/presentation.xml": "pptx"}
_MIMETYPES = {
    b"application/vnd.oasis.opendocument.text": "odt",
    b"application/vnd.oasis.opendocument.spreadsheet": "ods",
    b"application/vnd.oasis.opendocument.presentation": "odp",
    b"application/hwp+zip": "hwpx",
}


@dataclass
class _Budget:
    """What all archives in one upload may unpack to."""

    unpacked: int
    entries: int = MAX_ENTRIES

    def spend(self, entries: list[ZipInfo], name: str) -> None:
        self.entries -= len(entries)
        self.unpacked -= sum(entry.file_size for entry in entries)
        if self.entries < 0 or self.unpacked < 0:
            raise bomb(name)


def kind_of(content: BinaryIO, name: str) -> str:
    """What kind of document an archive is (else `zip`), after all of it was looked through."""
    budget = _Budget(min(MAX_UNPACKED, max(RATIO_FROM, MAX_RATIO * content.seek(0, 2))))
    try:
        return _look_through(content, name, budget, MAX_DEPTH)
    except (
        BadZipFile,
        zlib.error,
        EOFError,
        OSError,
        NotImplementedError,
        ValueError,
        UnicodeError,
    ) as error:
        raise damaged(name) from error


def _look_through(content: BinaryIO, name: str, budget: _Budget, depth: int) -> str:
    if depth == 0:
        raise nested(name)
    _check_directory(content, name)
    with ZipFile(content) as archive:
        entries = archive.infolist()
        budget.spend(entries, name)
        if not any(not entry.is_dir() for entry in entries):
            raise empty(name)
        for entry in entries:
            _check_entry(archive, entry, name, budget, depth)
        names = {entry.filename for entry in entries}
        if any(one.lower().endswith("vbaproject.bin") for one in names):
            raise not_accepted(name, MACROS)
        if "[Content_Types].xml" in names:
            return next((kind for part, kind in _OFFICE.items() if part in names), "zip")
        if "mimetype" in names:
            with archive.open("mimetype") as stream:
                return _MIMETYPES.get(stream.read(100).strip(), "zip")
    return "zip"


def _check_directory(content: BinaryIO, name: str) -> None:
    """Refuses a table of contents that would take long to read; the last record tells its length."""
    size = content.seek(0, 2)
    content.seek(max(0, size - 65_535 - 22))
    tail = content.read()
    at = tail.rfind(_END)
    if at < 0 or len(tail) < at + 22:
        raise damaged(name)
    length = int.from_bytes(tail[at + 12 : at + 16], "little")
    # All ones: the number stands in a zip64 record, which only archives of more than 4 GB need.
    if length > MAX_ENTRIES * 1024:
        raise bomb(name)
    content.seek(0)


def _check_entry(archive: ZipFile, entry: ZipInfo, name: str, budget: _Budget, depth: int) -> None:
    if entry.flag_bits & 1:
        raise locked(name)
    if _OUTSIDE.search(entry.filename):
        raise bomb(name)
    if entry.file_size > RATIO_FROM and entry.file_size > MAX_RATIO * entry.compress_size:
        raise bomb(name)
    if entry.is_dir():
        return
    # Read to the end: the length an archive claims is only a claim; the checksum at the end is not.
    with archive.open(entry) as stream:
        head = stream.read(_CHUNK)
        if not head.startswith(_LOCAL):
            while stream.read(_CHUNK):
                pass
            return
        if entry.file_size > MAX_BYTES:
            raise bomb(name)
        _look_through(BytesIO(head + stream.read()), name, budget, depth - 1)
