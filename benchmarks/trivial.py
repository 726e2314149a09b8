"""The least that a WSGI application can do: nothing exceeds what the web server reaches with it."""

from collections.abc import Callable
from typing import Any

BODY = b'{"number": "PET-26-0000001-7"}' + b" " * 600


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
    """Reads the request and answers 201."""
    environ["wsgi.input"].read()
    start_response("201 Created", [("Content-Type", "application/json"), ("Content-Length", str(len(BODY)))])
    return [BODY]
