"""Databases to measure on: the demo country, and copies of it that a scenario may fill and throw away."""

import os
import subprocess
import sys
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql

from ops.places import ROOT, fingerprint

DEMO = "madang_bench_demo"


def url(name: str) -> str:
    """The address of a database on the server of DATABASE_URL."""
    return urlunsplit(urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}"))


def use(name: str) -> None:
    """From now on this process works on this database."""
    from django.db import connection

    from madang.kernel.common.memory import forget

    connection.close()
    connection.settings_dict["NAME"] = name
    forget()


def copy(name: str) -> str:
    """A fresh database with the demo country in it; returns its address."""
    _demo()
    _make(name, DEMO)
    return url(name)


def settle() -> None:
    """Takes every event of the database in use as told, and clears away what measuring left behind."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("UPDATE events_event SET told = true WHERE NOT told")
        cursor.execute("VACUUM (ANALYZE)")


def drop(name: str) -> None:
    """Throws the database away."""
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as server:
        # FORCE would be refused while autovacuum is at work there, which an ordinary owner may not end.
        server.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = %s AND usename = current_user",
            [name],
        )
        server.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(name)))


def _make(name: str, template: str) -> None:
    drop(name)
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as server:
        names = sql.Identifier(name), sql.Identifier(template)
        server.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(*names))


def _demo() -> None:
    """Makes the demo country, unless it was made from the same files before."""
    sources = [path for path in (ROOT / "madang").rglob("*.py") if "tests" not in path.parts]
    sources += [path for path in (ROOT / "data").rglob("*") if path.is_file()] + list(ROOT.glob("madang/**/*.yaml"))
    mark = fingerprint(*sorted(sources))
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as server:
        known = server.execute(
            "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = %s", [DEMO]
        ).fetchone()
    if known == (mark,):
        return
    _make(DEMO, "template1")
    environment = os.environ | {"DATABASE_URL": url(DEMO), "MADANG_DEMO": "true"}
    for words in (["migrate", "--verbosity", "0"], ["load_procedures"], ["demo", "--size", "small"]):
        subprocess.run([sys.executable, "manage.py", *words], cwd=ROOT, env=environment, check=True)
    with psycopg.connect(url(DEMO), autocommit=True) as server:
        server.execute("VACUUM ANALYZE")
        server.execute(sql.SQL("COMMENT ON DATABASE {} IS {}").format(sql.Identifier(DEMO), sql.Literal(mark)))
