import io
import random
import socketserver
import threading
import zipfile

import pytest
from PIL import Image

from madang.kernel.common.errors import Invalid
from madang.kernel.documents import rules
from madang.kernel.documents.engine import archives, examine, images, scanners
from madang.kernel.documents.engine.refusals import ScannerAwayError

from .samples import HTML, PDF, SVG, archive, docx, hwp, hwpx, picture, screenshot, upload

ZEROS = b"\0" * (archives.RATIO_FROM + 1)
OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 1000


TABLE = {"[Content_Types].xml": b"", "xl/workbook.xml": b"<w/>"}
ACCEPTED = {
    "pdf": ("a.pdf", PDF),
    "png": ("a.png", picture("PNG")),
    "png without metadata": ("a.png", screenshot()),
    "jpeg": ("a.jpg", picture("JPEG")),
    "webp": ("a.webp", picture("WEBP")),
    "gif": ("a.gif", picture("GIF")),
    "txt": ("a.txt", "안녕하세요\n".encode()),
    "txt of Windows": ("a.txt", "안녕하세요\r\n".encode("cp949")),
    "txt of 16 bits": ("a.txt", "안녕하세요\r\n".encode("utf-16")),
    "csv": ("a.csv", "이름,나이\n김,30\n".encode("utf-8-sig")),
    "docx": ("a.docx", docx()),
    "docx with a table in it": ("a.docx", docx(**{"word/embeddings/table.xlsx": archive(TABLE)})),
    "xlsx": ("a.xlsx", archive(TABLE)),
    "pptx": ("a.pptx", archive({"[Content_Types].xml": b"", "ppt/presentation.xml": b"<p/>"})),
    "odt": ("a.odt", archive({"mimetype": b"application/vnd.oasis.opendocument.text"})),
    "hwp": ("a.hwp", hwp()),
    "hwpx": ("a.hwpx", hwpx()),
    "zip": ("a.zip", archive({"사진/한글.txt": b"x"})),
}


@pytest.mark.parametrize("case", ACCEPTED)
def test_a_file_is_what_it_contains(case):
    name, content = ACCEPTED[case]
    examined = examine(upload(name, content, "text/html"))
    assert (examined.name, examined.content_type) == (name, rules.KINDS[case.split()[0]].content_type)
    assert examined.size == len(examined.content.read())


def test_the_name_follows_the_content():
    assert examine(upload("invoice.html", PDF)).name == "invoice.html.pdf"
    assert examine(upload("photo.png", picture("JPEG"))).content_type == "image/jpeg"


def bomb_by_number():
    return archive({f"{number}.txt": b"" for number in range(archives.MAX_ENTRIES + 1)})


def bomb_by_sum():
    """Three hundred entries of more than a megabyte each, packed no better than a spreadsheet."""
    block = random.Random(1).randbytes(10_000) + b"\0" * 1_040_000
    return archive({f"{number}": block for number in range(archives.MAX_UNPACKED // len(block) + 1)})


def bomb_in_small_pieces(pieces=3):
    """Entries each too small to be a bomb, together thirty megabytes in thirty kilobytes."""
    return archive({f"{number}.txt": b"\0" * (archives.RATIO_FROM - 1) for number in range(pieces)})


def bomb_of_shared_data(times=3):
    """One packed entry to which the directory points several times."""
    content = archive({"a": b"\0" * archives.RATIO_FROM})
    start = content.rfind(b"PK\x01\x02")
    entry, end = content[start:-22], bytearray(content[-22:])
    end[8:12] = times.to_bytes(2, "little") * 2
    end[12:16] = (len(entry) * times).to_bytes(4, "little")
    return content[:start] + entry * times + bytes(end)


def bomb_by_depth():
    content = b"treasure"
    for _level in range(archives.MAX_DEPTH + 1):
        content = archive({"inner.zip": content})
    return content


def lying_about_length():
    """An entry that says it is short while its packed data goes on."""
    content = bytearray(archive({"a.txt": b"abc" * 1000}))
    directory = content.rfind(b"PK\x01\x02")
    content[directory + 24 : directory + 28] = (10).to_bytes(4, "little")
    content[22:26] = (10).to_bytes(4, "little")
    return bytes(content)


def locked():
    content = bytearray(archive({"a.txt": b"secret"}))
    content[6] |= 1
    content[content.rfind(b"PK\x01\x02") + 8] |= 1
    return bytes(content)


def huge_directory():
    content = bytearray(archive({"a.txt": b"x"}))
    content[-10:-6] = (0xFFFFFFFF).to_bytes(4, "little")
    return bytes(content)


def huge_picture():
    side = int((images.MAX_PIXELS + 10) ** 0.5) + 1
    out = io.BytesIO()
    Image.new("1", (side, side)).save(out, "PNG")
    return out.getvalue()


REFUSED = {
    "a web page as png": ("a.png", HTML, "documents.not_accepted"),
    "a drawing with script as png": ("a.png", b"\n  " + SVG, "documents.not_accepted"),
    "script as png": ("a.png", b"alert(document.cookie)", "documents.not_what_it_says"),
    "a web page as text": ("a.txt", HTML, "documents.not_accepted"),
    "script": ("a.js", b"alert(1)", "documents.not_accepted"),
    "a shell script as text": ("a.txt", b"#!/bin/sh\nrm -rf /\n", "documents.not_accepted"),
    "a Windows program as jpg": ("a.jpg", b"MZ\x90\x00" + b"\0" * 100, "documents.not_accepted"),
    "a Linux program as pdf": ("a.pdf", b"\x7fELF\x02\x01\x01" + b"\0" * 100, "documents.not_accepted"),
    "a HEIC photo": ("a.jpg", b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "documents.not_accepted"),
    "an old Office document": ("a.doc", OLD_OFFICE, "documents.not_accepted"),
    "music": ("a.mp3", b"ID3\x03\0\0\0\0\0\x21" + b"\xff\xfb\x90\x64" * 50, "documents.not_accepted"),
    "a document with macros": (
        "a.docx",
        lambda: docx(**{"word/vbaProject.bin": b"x"}),
        "documents.not_accepted",
    ),
    "binary as text": ("a.txt", b"a\0b", "documents.not_accepted"),
    "nothing": ("a.txt", b"", "documents.empty"),
    "an archive of nothing": ("a.zip", lambda: archive({}), "documents.empty"),
    "half a jpeg": ("a.jpg", lambda: picture("JPEG")[:400], "documents.damaged"),
    "half a png": ("a.png", lambda: picture("PNG")[:200], "documents.damaged"),
    "the signature of a png": ("a.png", b"\x89PNG\r\n\x1a\n" + b"\0" * 100, "documents.damaged"),
    "a web page in a jpeg": ("a.jpg", b"\xff\xd8\xff\xe0" + HTML, "documents.damaged"),
    "half a document": ("a.docx", lambda: docx()[:100], "documents.damaged"),
    "a lie about length": ("a.zip", lying_about_length, "documents.damaged"),
    "a locked archive": ("a.zip", locked, "documents.locked"),
    "a way out of the folder": ("a.zip", lambda: archive({"../../etc/cron.d/x": b"x"}), "documents.bomb"),
    "a bomb by ratio": ("a.zip", lambda: archive({"zeros": ZEROS}), "documents.bomb"),
    "a bomb in a document": ("a.docx", lambda: docx(**{"word/media/x.bin": ZEROS}), "documents.bomb"),
    "a bomb by number": ("a.zip", bomb_by_number, "documents.bomb"),
    "a bomb by sum": ("a.zip", bomb_by_sum, "documents.bomb"),
    "a bomb in small pieces": ("a.zip", bomb_in_small_pieces, "documents.bomb"),
    "a bomb in pieces in a document": (
        "a.hwpx",
        lambda: archive(
            {"mimetype": b"application/hwp+zip"} | {f"{n}.bin": b"\0" * (archives.RATIO_FROM - 1) for n in range(3)}
        ),
        "documents.bomb",
    ),
    "a bomb in an archive": ("a.zip", lambda: archive({"b.zip": bomb_in_small_pieces()}), "documents.bomb"),
    "two halves of a bomb in an archive": (
        "a.zip",
        lambda: archive({f"{n}.zip": bomb_in_small_pieces(1) for n in range(2)}),
        "documents.bomb",
    ),
    "a bomb of shared data": ("a.zip", bomb_of_shared_data, "documents.bomb"),
    "a bomb by depth": ("a.zip", bomb_by_depth, "documents.nested"),
    "a huge directory": ("a.zip", huge_directory, "documents.bomb"),
    "a huge picture": ("a.png", huge_picture, "documents.too_many_pixels"),
    "a large picture": ("a.png", lambda: picture("PNG") + b"\0" * rules.IMAGE_BYTES, "documents.too_large"),
    "a large document": ("a.pdf", lambda: PDF + b"\0" * rules.MAX_BYTES, "documents.too_large"),
    "a large table": ("a.csv", lambda: b"1,2\n" * (rules.TEXT_BYTES // 4 + 1), "documents.too_large"),
}


@pytest.mark.parametrize("case", REFUSED)
@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
def test_what_is_not_accepted_is_refused_with_the_reason(case):
    name, content, code = REFUSED[case]
    with pytest.raises(Invalid) as refused:
        examine(upload(name, content() if callable(content) else content, "image/png"))
    assert refused.value.code == code
    assert f"“{name}”" in str(refused.value.message)
    assert str(refused.value.remedy)


def test_a_refusal_says_what_is_accepted():
    with pytest.raises(Invalid) as refused:
        examine(upload("holiday.png", HTML))
    assert "PDF" in str(refused.value.remedy)
    assert "HWPX" in str(refused.value.remedy)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_pictures_lose_their_metadata_and_keep_their_pixels(kind):
    sent = picture(kind, turned=6)
    with Image.open(io.BytesIO(sent)) as image:
        assert image.getexif().get_ifd(0x8825)
    kept = examine(upload("a", sent)).content.read()
    with Image.open(io.BytesIO(sent)) as before, Image.open(io.BytesIO(kept)) as after:
        assert dict(after.getexif()) == {0x0112: 6}
        assert not after.getexif().get_ifd(0x8825)
        assert after.tobytes() == before.tobytes()
    assert b"Owner Kim" not in kept


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_what_follows_a_picture_is_cut_off(kind):
    sent = picture(kind)
    kept = examine(upload("a", sent + b"PK\x03\x04 and a hidden archive")).content.read()
    assert b"hidden" not in kept
    assert dict(Image.open(io.BytesIO(kept)).getexif()) == {}


def test_progressive_pictures_and_colour_profiles_survive():
    out = io.BytesIO()
    Image.linear_gradient("L").convert("CMYK").save(
        out, "JPEG", progressive=True, icc_profile=b"profile" * 20_000, comment=b"my house"
    )
    kept = examine(upload("a.jpg", out.getvalue())).content.read()
    with Image.open(out) as before, Image.open(io.BytesIO(kept)) as after:
        assert after.info["icc_profile"] == before.info["icc_profile"]
        assert after.tobytes() == before.tobytes()
    assert b"my house" not in kept


def test_a_scanner_that_finds_something_stops_the_file(monkeypatch):
    monkeypatch.setattr(scanners, "SCANNERS", [lambda content: "Eicar" if b"EICAR" in content.read() else ""])
    assert examine(upload("a.pdf", PDF)).size == len(PDF)
    with pytest.raises(Invalid) as refused:
        examine(upload("a.pdf", PDF + b"EICAR"))
    assert refused.value.code == "documents.infected"
    assert "Eicar" in str(refused.value)


def test_without_its_scanner_nothing_is_taken(monkeypatch, tmp_path):
    monkeypatch.setattr(scanners, "_SOCKET", str(tmp_path / "nobody-listens"))
    monkeypatch.setattr(scanners, "SCANNERS", [scanners.clamav])
    with pytest.raises(ScannerAwayError):
        examine(upload("a.pdf", PDF))


def test_a_large_honest_document_is_looked_through(tmp_path):
    """Two hundred pictures and a spreadsheet that packs well pass."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("[Content_Types].xml", b"<Types/>")
        made.writestr("xl/workbook.xml", b"<workbook/>")
        rows = b"".join(b'<c r="A%d" t="n"><v>%d</v></c>' % (row, row * 37) for row in range(400_000))
        made.writestr("xl/worksheets/sheet1.xml", rows)
        for number in range(200):
            made.writestr(f"xl/media/{number}.jpg", picture())
    assert examine(upload("장부.xlsx", out.getvalue())).content_type == rules.KINDS["xlsx"].content_type


def lines(count):
    """A log, which packs some tenfold; 20,000 lines are more than a megabyte."""
    return "".join(
        f"2026-03-{n % 28 + 1:02} 접수 {n * 7919 % 1_000_003:07} 가로등 고장, 담당 부서 도로과, 처리 완료\n"
        for n in range(count)
    ).encode()


HONEST = {
    "a zip of some megabytes of text": ("기록.zip", lambda: archive({f"{n}.txt": lines(20_000) for n in range(5)})),
    "a zip of one line, over and over": (
        "기록.zip",
        lambda: archive({"a.txt": "반복되는 한 줄입니다.\n".encode() * 250_000}),
    ),
    "a zip of zips": ("기록.zip", lambda: archive({f"{n}.zip": archive({"a.txt": lines(20_000)}) for n in range(3)})),
    "a long document": (
        "보고서.docx",
        lambda: docx(**{"word/document.xml": b"<w:p><w:r><w:t>x</w:t></w:r></w:p>" * 250_000}),
    ),
    "a long Hangul document": (
        "보고서.hwpx",
        lambda: archive({"mimetype": b"application/hwp+zip", "Contents/section0.xml": b"<hp:p id='0'/>" * 600_000}),
    ),
    "a large empty sheet": (
        "장부.xlsx",
        lambda: archive(
            TABLE | {"xl/worksheets/sheet1.xml": b"".join(b'<c r="A%d" s="1"/>' % row for row in range(1_000_000))}
        ),
    ),
}


@pytest.mark.parametrize("case", HONEST)
def test_what_packs_well_for_good_reason_passes(case):
    name, content = HONEST[case]
    assert examine(upload(name, content())).name == name


def test_a_scanner_that_is_not_there_is_found_before_the_first_file(monkeypatch, tmp_path):
    monkeypatch.setattr(scanners, "_SOCKET", str(tmp_path / "nobody-listens"))
    assert [message.id for message in scanners.scanner_is_there()] == ["documents.E001"]
    monkeypatch.setattr(scanners, "_SOCKET", "")
    assert scanners.scanner_is_there() == []


def test_clamav_is_asked(monkeypatch, tmp_path):
    """A daemon of a few lines speaks the protocol of clamd: it finds what contains EICAR."""

    class Daemon(socketserver.StreamRequestHandler):
        def handle(self):
            assert self.rfile.read(10) == b"zINSTREAM\0"
            content = b""
            while length := int.from_bytes(self.rfile.read(4), "big"):
                content += self.rfile.read(length)
            self.wfile.write(b"stream: Eicar FOUND\0" if b"EICAR" in content else b"stream: OK\0")

    socket = str(tmp_path / "clamd")
    monkeypatch.setattr(scanners, "_SOCKET", socket)
    monkeypatch.setattr(scanners, "SCANNERS", [scanners.clamav])
    with socketserver.ThreadingUnixStreamServer(socket, Daemon) as server:
        threading.Thread(target=server.serve_forever, args=[0.02], daemon=True).start()
        assert examine(upload("a.pdf", PDF)).size == len(PDF)
        with pytest.raises(Invalid, match="Eicar"):
            examine(upload("a.pdf", PDF + b"EICAR"))
        server.shutdown()
