"""What kinds of files are accepted, how large, and how their names are shown. Pure: no Django, no files."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

MB = 1024 * 1024

# A photo of 108 million pixels, the most that common telephones take, has up to 20 MB.
IMAGE_BYTES = 20 * MB
# A hundred scanned pages at 300 dpi, or a plan with drawings.
DOCUMENT_BYTES = 30 * MB
# Text is read as a whole when it is checked; 5 MB are two thousand pages.
TEXT_BYTES = 5 * MB

# A file that is still in no case after this time belongs to a form nobody finished.
UNCLAIMED_DAYS = 90

NAME_LENGTH = 120


@dataclass(frozen=True)
class Kind:
    """A kind of file. A name with none of its `extensions` gets the first; `inline`: browsers may show it."""

    content_type: str
    extensions: tuple[str, ...]
    max_bytes: int
    inline: bool = False

    @property
    def label(self) -> str:
        return self.extensions[0].upper()


_OFFICE = "application/vnd.openxmlformats-officedocument"
_OPEN = "application/vnd.oasis.opendocument"

KINDS: dict[str, Kind] = {
    "pdf": Kind("application/pdf", ("pdf",), DOCUMENT_BYTES, inline=True),
    "jpeg": Kind("image/jpeg", ("jpg", "jpeg", "jpe", "jfif"), IMAGE_BYTES, inline=True),
    "png": Kind("image/png", ("png",), IMAGE_BYTES, inline=True),
    "webp": Kind("image/webp", ("webp",), IMAGE_BYTES, inline=True),
    "gif": Kind("image/gif", ("gif",), IMAGE_BYTES, inline=True),
    "txt": Kind("text/plain", ("txt",), TEXT_BYTES),
    "csv": Kind("text/csv", ("csv",), TEXT_BYTES),
    "docx": Kind(f"{_OFFICE}.wordprocessingml.document", ("docx",), DOCUMENT_BYTES),
    "xlsx": Kind(f"{_OFFICE}.spreadsheetml.sheet", ("xlsx",), DOCUMENT_BYTES),
    "pptx": Kind(f"{_OFFICE}.presentationml.presentation", ("pptx",), DOCUMENT_BYTES),
    "odt": Kind(f"{_OPEN}.text", ("odt",), DOCUMENT_BYTES),
    "ods": Kind(f"{_OPEN}.spreadsheet", ("ods",), DOCUMENT_BYTES),
    "odp": Kind(f"{_OPEN}.presentation", ("odp",), DOCUMENT_BYTES),
    "hwp": Kind("application/x-hwp", ("hwp",), DOCUMENT_BYTES),
    "hwpx": Kind("application/hwp+zip", ("hwpx",), DOCUMENT_BYTES),
    "zip": Kind("application/zip", ("zip",), DOCUMENT_BYTES),
}
MAX_BYTES = max(kind.max_bytes for kind in KINDS.values())
IMAGES = frozenset({"jpeg", "png", "webp", "gif"})

_BY_CONTENT_TYPE = {kind.content_type: kind for kind in KINDS.values()}

# Names of accepted kinds, as people read them, and what a file input offers.
ACCEPTED = ", ".join(kind.label for kind in KINDS.values())
ACCEPT_ATTRIBUTE = ",".join(f".{extension}" for kind in KINDS.values() for extension in kind.extensions)


def kind_of(content_type: str) -> Kind:
    """The kind a kept file was found to be."""
    return _BY_CONTENT_TYPE[content_type]


def extension_of(name: str) -> str:
    """The extension of a name in small letters, without the dot; empty where there is none."""
    stem, dot, extension = name.rpartition(".")
    return extension.strip().lower() if dot and stem else ""


def clean_name(name: str, extensions: Iterable[str] = ()) -> str:
    """The name a file is shown and handed out under: one line, no path, ending in one of `extensions`.

    Folders before the name, control characters and marks that turn the direction of writing (`\\u202e` makes
    `gpj.exe` read as `exe.jpg`) are taken out; letters of any script stay, composed (a Mac sends Korean
    decomposed).
    """
    name = unicodedata.normalize("NFC", name).replace("\\", "/").rpartition("/")[2]
    name = "".join(
        " " if unicodedata.category(sign) in ("Zl", "Zp", "Zs") else sign
        for sign in name
        if unicodedata.category(sign) not in ("Cc", "Cf", "Cs", "Co", "Cn")
    )
    name = re.sub(r'[<>:"|?*]', "_", re.sub(r"\s+", " ", name)).strip(" .")
    allowed = tuple(extensions)
    if allowed and extension_of(name) not in allowed:
        name = f"{name or 'file'}.{allowed[0]}"
    if len(name) > NAME_LENGTH:
        stem, dot, extension = name.rpartition(".")
        ending = dot + extension if dot and len(extension) <= 10 else ""
        name = (stem if ending else name)[: NAME_LENGTH - len(ending)].rstrip(" .") + ending
    return name or "file"
