"""Files as people send them, and as attackers do, made on the spot."""

import io
import zipfile
from collections.abc import Mapping

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"
HTML = b"<!DOCTYPE html><html><script>alert(1)</script></html>"
SVG = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'
GPS_LATITUDE = (37.0, 34.0, 0.0)


def upload(name: str, content: bytes, content_type: str = "application/octet-stream") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, content_type)


def picture(kind: str = "JPEG", *, turned: int = 1, size: tuple[int, int] = (40, 30)) -> bytes:
    """A picture whose pixels all differ, with the place and the owner in its metadata."""
    image = Image.new("RGB", size)
    image.putdata([(x * 7 % 256, x * 13 % 256, x * 29 % 256) for x in range(size[0] * size[1])])
    exif = Image.Exif()
    exif[0x0112] = turned
    exif[0x8298] = "Owner Kim"
    exif.get_ifd(0x8825)[2] = GPS_LATITUDE
    out = io.BytesIO()
    image.save(out, kind, exif=exif, quality=90)
    return out.getvalue()


def screenshot() -> bytes:
    """A picture as a program makes it, without any metadata."""
    out = io.BytesIO()
    Image.new("RGB", (40, 30), "#224466").save(out, "PNG")
    return out.getvalue()


def archive(entries: Mapping[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in entries.items():
            made.writestr(name, content)
    return out.getvalue()


def docx(**more: bytes) -> bytes:
    return archive({"[Content_Types].xml": b"<Types/>", "word/document.xml": b"<w:document/>", **more})


def hwpx() -> bytes:
    return archive({"mimetype": b"application/hwp+zip", "Contents/section0.xml": b"<hs:sec/>"})


def hwp() -> bytes:
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 504 + b"HWP Document File" + b"\0" * 495
