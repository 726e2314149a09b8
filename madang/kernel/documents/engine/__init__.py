"""Looks into a file that somebody sent: what it really is, whether it is harmless, and what of it is kept."""

import hashlib
from dataclasses import dataclass
from io import BytesIO
from typing import BinaryIO, cast

from django.core.files import File as Content
from django.core.files.uploadedfile import UploadedFile

from madang.kernel.documents import rules

from . import images
from .kinds import recognise
from .refusals import empty, too_large
from .scanners import scan


@dataclass(frozen=True)
class Examined:
    """A file that may be kept. `content` is what is stored; `name` is for display only."""

    name: str
    content_type: str
    content: BinaryIO
    size: int
    sha256: str


def examine(upload: UploadedFile) -> Examined:
    """Decides by its content what a file is. Raises Invalid, with the reason, for what is not accepted.

    The name and the type that the sender claims decide nothing. Pictures lose what the camera wrote into
    them (place, time, owner); their pixels stay as they are.
    """
    shown = rules.clean_name(upload.name or "")
    if not upload.size:
        raise empty(shown)
    if upload.size > rules.MAX_BYTES:
        raise too_large(shown, rules.MAX_BYTES)
    content = cast(BinaryIO, upload.file)
    name = recognise(content, upload.size, shown)
    kind = rules.KINDS[name]
    if upload.size > kind.max_bytes:
        raise too_large(shown, kind.max_bytes)
    if name in rules.IMAGES:
        content.seek(0)
        content = BytesIO(images.without_metadata(content.read(), name, shown))
    scan(content, shown)
    content.seek(0)
    sha256 = hashlib.file_digest(content, "sha256").hexdigest()  # type: ignore[arg-type]
    size = content.seek(0, 2)
    content.seek(0)
    return Examined(rules.clean_name(shown, kind.extensions), kind.content_type, content, size, sha256)


def stored(examined: Examined) -> Content:
    """The content as Django's storage wants it."""
    return Content(examined.content)
