"""`./run`: a country on one machine, from nothing to an address to open."""

import argparse
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ops import assets, packages, secrets
from ops.places import ROOT, data_dir, site_packages, venv_python
from ops.postgres import Postgres
from ops.reload import reload
from ops.say import Stop, fail, line, step
from ops.supervise import Interrupted, Part, Supervisor, listen_to_signals, program, sole_use

EVERYWHERE = ("0.0.0.0", "::", "")  # noqa: S104  (compared, not bound)
USAGE = """Start Madang: sets up what is missing, starts the database, the web server and the job worker, and
prints
the address and who can sign in. Ctrl-C stops everything. The first start takes minutes, later ones
seconds."""
ENVIRONMENT = """environment:
  DATABASE_URL     another PostgreSQL (15 or newer) instead of the embedded one,
                   postgres://USER:PASSWORD@HOST:PORT/DATABASE
  ALLOWED_HOSTS    host names, with commas, under which people reach the site
  SECRET_KEY       otherwise made once and kept in DIR/secret
  PYTHON           the Python (3.11 or newer) to make .venv with"""


@dataclass(frozen=True)
class Options:
    """What a person may choose on the command line."""

    host: str
    port: int
    data: Path
    demo: str | None
    asked: bool
    workers: int
    reload: bool = False


def parse(words: Sequence[str]) -> Options:
    """Read the command line; prints help or an error and leaves as commands do."""
    parser = argparse.ArgumentParser(
        prog="./run",
        description=USAGE,
        epilog=ENVIRONMENT,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--port", type=_port, default=8000, help="port of the web server (8000)")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (127.0.0.1); 0.0.0.0 for all")
    parser.add_argument("--data", type=Path, metavar="DIR", default=data_dir(), help="where data lives (var)")
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--empty", action="store_true", help="a country without the demo")
    what.add_argument("--demo", choices=["small", "full"], help="size of the demo country (small)")
    parser.add_argument("--workers", type=_count, default=2, help="processes of the web server (2)")
    parser.add_argument(
        "--reload", action="store_true", help="have the ./run that goes on these data take up new code, and end"
    )
    chosen = parser.parse_args(words)
    return Options(
        host=chosen.host,
        port=chosen.port,
        data=chosen.data.resolve(),
        demo=None if chosen.empty else chosen.demo or "small",
        asked=chosen.demo is not None,
        workers=chosen.workers,
        reload=chosen.reload,
    )


def _port(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 65535:
        raise argparse.ArgumentTypeError(f"{text!r} is not a port (1 to 65535)")
    return int(text)


def _count(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 64:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 1 to 64")
    return int(text)


def run(options: Options) -> None:
    """Set up, start, and watch until interrupted. Raises Stop when that cannot be done."""
    began = time.monotonic()
    options.data.mkdir(parents=True, exist_ok=True)
    with sole_use(options.data, address(options)):
        supervisor = Supervisor(options.data / "processes.json")
        supervisor.end_left_over()
        _port_is_free(options)
        with packages.one_at_a_time():
            packages.install()
            assets.install(options.data)
        environment = os.environ | site_environment(options)
        server = None
        try:
            if not os.environ.get("DATABASE_URL"):
                server = Postgres(options.data, site_packages())
                with step("Starting PostgreSQL"):
                    server.start()
                supervisor.parts.append(_database_part(server))
                environment["DATABASE_URL"] = server.url()
            names = {"DATABASE_URL", "SECRET_KEY", *site_environment(options)}
            secrets.remember(options.data, {name: environment[name] for name in sorted(names)})
            make_ready(options, environment)
            with step("Starting web server and worker"):
                for part in programs(options, environment):
                    supervisor.start(part)
                _wait_for_health(options, supervisor)
            line(f"\nReady after {time.monotonic() - began:.0f} s:  {address(options)}\n")
            line(who_can_sign_in(options.data))
            line(f"Logs are in {options.data / 'logs'}. Ctrl-C stops everything.")
            supervisor.watch()
        finally:
            with step("Stopping"):
                supervisor.stop()
                if server:
                    server.stop()


def who_can_sign_in(data: Path) -> str:
    """The accounts of the demo country, or how to make the first one."""
    file = data / "who.txt"
    told = file.read_text() if file.exists() else ""
    if told:
        return f"Who can sign in, and with which password:\n{told}"
    return "No demo accounts here. Make the first operator with  ./manage.py operator E-MAIL\n"


def address(options: Options) -> str:
    """The address a person on this machine opens."""
    host = "localhost" if options.host in (*EVERYWHERE, "127.0.0.1") else options.host
    return f"http://{f'[{host}]' if ':' in host else host}:{options.port}/"


def site_environment(options: Options) -> dict[str, str]:
    """The settings of a site on this machine; what the shell already sets is kept."""
    own = {
        "DJANGO_SETTINGS_MODULE": "madang.settings",
        "MADANG_PLAIN_HTTP": "true",
        "MADANG_DEMO": "true" if options.demo else "false",
        "MADANG_LOG_FORMAT": "lines",
        "ALLOWED_HOSTS": ",".join(_names(options)),
        "SITE_URL": address(options).rstrip("/"),
    }
    if not os.environ.get("SECRET_KEY"):
        own["SECRET_KEY"] = secrets.secret_key(options.data)
    kept = {name: os.environ[name] for name in own if os.environ.get(name)}
    return own | kept | {"MADANG_DATA": str(options.data), "PYTHONUNBUFFERED": "1"}


def _names(options: Options) -> list[str]:
    names = ["localhost", "127.0.0.1", "[::1]"]
    if options.host in EVERYWHERE:
        machine = socket.gethostname()
        found = [machine, machine.lower(), f"{machine.lower()}.local"]
        try:
            found += [str(entry[4][0]) for entry in socket.getaddrinfo(machine, None, socket.AF_INET)]
        except OSError:
            line(f"  this machine's addresses are unknown; set ALLOWED_HOSTS for other names than {machine}")
        names += [name for name in dict.fromkeys(found) if name not in names]
    elif options.host not in names:
        names.append(options.host)
    return names


def make_ready(options: Options, environment: dict[str, str]) -> None:
    """Bring database and files up to date, in .venv."""
    command = [str(venv_python()), "-m", "ops.site", str(options.data)]
    if options.demo:
        command += ["--demo", options.demo] + (["--asked"] if options.asked else [])
    code = subprocess.run(command, cwd=ROOT, env=environment).returncode
    if code:
        raise Stop("The site could not be made ready; the reason is above. Nothing was started.")


def programs(options: Options, environment: dict[str, str]) -> list[Part]:
    """Web server and worker."""
    logs = options.data / "logs"
    logs.mkdir(exist_ok=True)
    web = web_server(options.host, options.port, options.workers)
    worker = [str(venv_python()), "manage.py", "work"]
    # Where the processes add up what they count; it begins at nothing, as they do.
    counts = options.data / "metrics"
    shutil.rmtree(counts, ignore_errors=True)
    counts.mkdir()
    environment = environment | {"PROMETHEUS_MULTIPROC_DIR": str(counts)}
    return [
        program("web server", web, logs / "web.log", environment, ROOT),
        program("worker", worker, logs / "worker.log", environment, ROOT),
    ]


def web_server(host: str, port: int, workers: int, application: str = "madang.wsgi:application") -> list[str]:
    """The command that serves an application."""
    return [str(venv_python()), "-m", "ops.serve", host, str(port), str(workers), application]


def _database_part(server: Postgres) -> Part:
    return Part("database", server.restart, server.log, server.stop, server.process, time.monotonic())


def _port_is_free(options: Options) -> None:
    try:
        where = socket.getaddrinfo(options.host or None, options.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        family, kind, _, _, place = where[0]
        with socket.socket(family, kind) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(place)
    except OSError as problem:
        raise Stop(
            f"The web server cannot listen on port {options.port} of {options.host}:"
            f" {problem.strerror or problem}.\n"
            "Choose another with --port N or --host ADDRESS."
        ) from None


def _wait_for_health(options: Options, supervisor: Supervisor, seconds: float = 180) -> None:
    host = "127.0.0.1" if options.host in EVERYWHERE else options.host
    url = f"http://{f'[{host}]' if ':' in host else host}:{options.port}/health/"
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    deadline, answer = time.monotonic() + seconds, "nothing"
    while time.monotonic() < deadline:
        supervisor.look_after_all()
        if any(part.failures >= 3 for part in supervisor.parts):
            break
        try:
            with opener.open(url, timeout=5):
                return
        except urllib.error.HTTPError as problem:
            answer = f"{problem.code} {problem.reason}"
        except OSError as problem:
            answer = str(problem)
        time.sleep(0.1)
    log = options.data / "logs" / "web.log"
    tail = log.read_text(errors="replace")[-2000:] if log.exists() else ""
    raise Stop(f"The site does not answer at {url} ({answer}). The end of {log}:\n{tail}")


def main(words: Sequence[str]) -> int:
    """The command; returns its exit code."""
    options = parse(words)
    listen_to_signals()
    try:
        reload(options.data) if options.reload else run(options)
    except Stop as problem:
        return fail(problem)
    except PermissionError as problem:
        return fail(
            Stop(
                f"{problem.filename} may not be written by this user: another user set it up.\n"
                "Start as that user, or use a checkout and a --data DIR of your own."
            )
        )
    except Interrupted as reason:
        line(f"Stopped ({reason}).")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
