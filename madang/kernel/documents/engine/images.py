"""Pictures: whether they are what they claim, and what cameras write into them taken out.

Cameras write the place, the time and the owner into a picture. All of it goes, but for the direction in
which the picture is to be shown. The file's parts are copied, so that no pixel changes.
"""

import re
from collections.abc import Iterator
from io import BytesIO
from zlib import crc32

from PIL import Image

from .refusals import damaged, too_many_pixels

# Telephones take up to 108 million; decoded, 150 million pixels fill 600 MB.
MAX_PIXELS = 150_000_000

_ORIENTATION = 0x0112


class _BrokenError(ValueError):
    """A part of the file does not fit the next."""


def without_metadata(data: bytes, kind: str, name: str) -> bytes:
    """The picture without what is not picture. Raises Invalid when it is damaged or far too large."""
    try:
        with Image.open(BytesIO(data), formats=[kind.upper()]) as image:
            pixels = image.width * image.height
            if pixels <= MAX_PIXELS:
                image.verify()
        # A picture that was verified cannot be read on, and one that was read (as PNG is, for its turn) not verified.
        with Image.open(BytesIO(data), formats=[kind.upper()]) as image:
            turned = image.getexif().get(_ORIENTATION, 1) if pixels <= MAX_PIXELS else 1
    except Image.DecompressionBombError as error:
        raise too_many_pixels(name, MAX_PIXELS) from error
    except Exception as error:  # Pillow's readers raise whatever their parts raise
        raise damaged(name) from error
    if pixels > MAX_PIXELS:
        raise too_many_pixels(name, MAX_PIXELS)
    try:
        match kind:
            case "jpeg":
                return _jpeg(data, turned)
            case "png":
                return _png(data, turned)
            case "webp":
                return _webp(data, turned)
    except _BrokenError as error:
        raise damaged(name) from error
    return data


def _exif(turned: int) -> bytes:
    """The one thing that is kept: how the picture is to be turned; empty when it is not."""
    if turned not in range(2, 9):
        return b""
    exif = Image.Exif()
    exif[_ORIENTATION] = turned
    return exif.tobytes()


def _jpeg(data: bytes, turned: int) -> bytes:
    kept = [b"\xff\xd8"]
    exif = _exif(turned)
    if exif:
        kept.append(b"\xff\xe1" + (len(exif) + 2).to_bytes(2, "big") + exif)
    kept += [part for marker, part in _jpeg_parts(data) if _belongs(marker, part)]
    return b"".join(kept)


def _belongs(marker: int, part: bytes) -> bool:
    """Of what programs add, JFIF, colour profile and Adobe's transform change how pixels look; they stay."""
    if marker == 0xE0:
        return part[4:9] == b"JFIF\0"
    if marker == 0xE2:
        return part[4:16] == b"ICC_PROFILE\0"
    if marker == 0xEE:
        return part[4:9] == b"Adobe"
    return not 0xE0 < marker <= 0xEF and marker != 0xFE


def _jpeg_parts(data: bytes) -> Iterator[tuple[int, bytes]]:
    """The segments after the first marker, to the end of the picture; what follows the end is not of it."""
    at = 2
    while at + 2 <= len(data):
        if data[at] != 0xFF:
            raise _BrokenError
        marker = data[at + 1]
        if marker == 0xFF:  # a filling byte
            at += 1
        elif marker == 0xD9:
            yield marker, data[at : at + 2]
            return
        elif marker == 0x01 or 0xD0 <= marker <= 0xD7:
            yield marker, data[at : at + 2]
            at += 2
        else:
            end = at + 2 + int.from_bytes(data[at + 2 : at + 4], "big")
            if marker == 0xDA:  # the pixels follow, up to the next marker that is not one of theirs
                found = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]").search(data, end)
                end = found.start() if found else len(data) + 1
            if end > len(data) or end < at + 4:
                raise _BrokenError
            yield marker, data[at:end]
            at = end
    raise _BrokenError


_PNG_PARTS = frozenset(
    b"IHDR PLTE IDAT IEND tRNS gAMA cHRM sRGB iCCP sBIT bKGD pHYs hIST sPLT cICP acTL fcTL fdAT".split()
)


def _png(data: bytes, turned: int) -> bytes:
    kept, at, name = [data[:8]], 8, b""
    while name != b"IEND":
        end = at + 12 + int.from_bytes(data[at : at + 4], "big")
        name = data[at + 4 : at + 8]
        if end > len(data):
            raise _BrokenError
        if name in _PNG_PARTS:
            kept.append(data[at:end])
        if name == b"IHDR" and (exif := _exif(turned).removeprefix(b"Exif\0\0")):
            kept.append(_png_part(b"eXIf", exif))
        at = end
    return b"".join(kept)


def _png_part(name: bytes, body: bytes) -> bytes:
    return len(body).to_bytes(4, "big") + name + body + crc32(name + body).to_bytes(4, "big")


_WEBP_PARTS = frozenset((b"VP8 ", b"VP8L", b"VP8X", b"ALPH", b"ANIM", b"ANMF", b"ICCP"))
_WEBP_EXIF, _WEBP_XMP = 0x08, 0x04


def _webp(data: bytes, turned: int) -> bytes:
    end = min(len(data), 8 + int.from_bytes(data[4:8], "little"))
    exif = _exif(turned).removeprefix(b"Exif\0\0")
    kept, at = [], 12
    while at + 8 <= end:
        length = int.from_bytes(data[at + 4 : at + 8], "little")
        part = bytearray(data[at : at + 8 + length])
        if len(part) < 8 + length:
            raise _BrokenError
        name = bytes(part[:4])
        if name == b"VP8X":
            part[8] = part[8] & ~(_WEBP_EXIF | _WEBP_XMP) | (_WEBP_EXIF if exif else 0)
        if name in _WEBP_PARTS:
            kept.append(_even(bytes(part)))
        at += 8 + length + length % 2
    if exif and kept and kept[0].startswith(b"VP8X"):
        kept.append(_even(b"EXIF" + len(exif).to_bytes(4, "little") + exif))
    body = b"WEBP" + b"".join(kept)
    return b"RIFF" + len(body).to_bytes(4, "little") + body


def _even(part: bytes) -> bytes:
    return part + b"\0" * (len(part) % 2)
