"""What PostgreSQL itself can do: pgbench carries out the statements that the application was seen to send."""

import json
import os
import re
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from psycopg.types.json import Json, Jsonb

CLIENTS = 16
KEY = "\\set n :n + 1\n\\set key {start} + (:client_id + 1) * 1000000000 + :n\n"


@dataclass
class Statements:
    """What was sent to the database: statements with their parameters."""

    sent: list[tuple[str, tuple[Any, ...]]] = field(default_factory=list)


@contextmanager
def listening() -> Iterator[Statements]:
    """Notes every statement that this process sends while this lasts."""
    from django.db import connection

    heard = Statements()

    def note(execute: Callable[..., Any], statement: str, params: Any, many: bool, context: Any) -> Any:
        heard.sent.append((statement, tuple(params or ())))
        return execute(statement, params, many, context)

    with connection.execute_wrapper(note):
        yield heard


def pgbench(
    database_url: str,
    statements: Statements,
    seconds: int,
    fresh: Mapping[Any, str] | None = None,
    *,
    start: int = 0,
    clients: int = CLIENTS,
) -> float:
    """How often a second so many clients carry out these statements, each committed by itself, prepared once.

    `fresh` names the parameters that must differ each time, and what stands for them: expressions that may use `:key`,
    a number that never comes twice and is greater than `start`. Everything else is sent as it was heard.
    """
    values: dict[str, str] = {"n": "0"}
    script = KEY.format(start=start)
    for statement, params in statements.sent:
        given = iter(params)

        def place(_mark: re.Match[str], given: Iterator[Any] = given) -> str:
            value = next(given)
            known = _plain(value)
            if fresh and known in fresh:
                return fresh[known]
            if value is None:
                return "NULL"
            if isinstance(value, (int, float)):
                return known
            # Variables are few, and where one would be seen in a text is hard to say: plain words stand for themselves.
            if re.fullmatch(r"[\w .-]*", known, re.ASCII):
                return f"'{known}'"
            name = f"v{len(values)}"
            values[name] = known
            return f":{name}"

        script += re.sub(r"%s", place, statement) + ";\n"
    address = urlsplit(database_url)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "script.sql"
        file.write_text(script, encoding="utf-8")
        done = subprocess.run(
            [
                _program(), "--no-vacuum", "--protocol", "prepared", "--client", str(clients),
                "--jobs", str(min(clients, 2)),
                "--time", str(seconds), "--file", str(file), *(f"-D{name}={value}" for name, value in values.items()),
                "--host", str(address.hostname), "--port", str(address.port), "--username", str(address.username),
                address.path[1:],
            ],
            env=os.environ | {"PGPASSWORD": str(address.password)}, text=True, capture_output=True,
        )  # fmt: skip
    found = re.search(r"tps = ([\d.]+)", done.stdout)
    if done.returncode or not found:
        raise RuntimeError(f"pgbench failed:\n{done.stderr[-2000:]}\n{script}")
    return float(found[1])


def _plain(value: Any) -> str:
    """A parameter as text."""
    if isinstance(value, (Json, Jsonb)):
        return str((value.dumps or json.dumps)(value.obj))
    if isinstance(value, (list, tuple)):
        return "{" + ",".join(json.dumps(_plain(one), ensure_ascii=False) for one in value) + "}"
    return str(value)


def _program() -> str:
    folder = os.environ.get("MADANG_PG_BIN")
    return str(Path(folder) / "pgbench") if folder else "pgbench"
