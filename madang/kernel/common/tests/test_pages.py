"""What goes over the line: texts short, files as they are."""

import gzip
from typing import Any

import pytest
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse

from madang.kernel.common.pages import Compressed


def answered(response: HttpResponseBase, **headers: str) -> HttpResponseBase:
    request = HttpRequest()
    request.META |= headers
    return Compressed(lambda _request: response)(request)


@pytest.mark.parametrize(
    "kind", ["text/html; charset=utf-8", "text/css", "application/json", "application/problem+json"]
)
def test_text_goes_short_to_who_reads_it_so(kind: str) -> None:
    told = "마당 " * 500
    response: Any = answered(HttpResponse(told, content_type=kind), HTTP_ACCEPT_ENCODING="gzip")
    assert response.headers["Content-Encoding"] == "gzip"
    assert int(response.headers["Content-Length"]) == len(response.content) < len(told.encode()) / 10
    assert gzip.decompress(response.content).decode() == told
    assert "Accept-Encoding" in response.headers["Vary"]
    plain: Any = answered(HttpResponse(told, content_type=kind))
    assert plain.content.decode() == told


def test_files_and_streams_go_as_they_are() -> None:
    for response in (
        HttpResponse(b"a" * 1000, content_type="font/woff2"),
        HttpResponse(b"a" * 1000, content_type="application/pdf"),
        StreamingHttpResponse([b"a" * 1000], content_type="text/csv"),
        FileResponse(iter([b"a" * 1000]), content_type="text/plain"),
    ):
        assert not answered(response, HTTP_ACCEPT_ENCODING="gzip").has_header("Content-Encoding")
