"""`./run --reload`: what runs takes up new code, and nobody notices."""

import json
import os
import signal
import subprocess
import time
from pathlib import Path

from ops import assets, packages, processes
from ops.places import ROOT, venv_python
from ops.say import Stop, step

DONE, FAILED = "web server reloaded", "web server not reloaded"
PATIENCE = 200.0


def reload(data: Path) -> None:
    """Brings database and files up to date beside the old code, then exchanges web workers and job worker.

    Raises Stop when nothing runs on these data, when a new migration is not additive, or when the new code does not
    start: then the old goes on.
    """
    record = data / "processes.json"
    parts = json.loads(record.read_text()) if record.exists() else {}
    if not parts or not processes.alive(parts["web server"]):
        raise Stop(f"No Madang runs on the data in {data}. Start it with ./run.")
    with packages.one_at_a_time():
        packages.install()
        assets.install(data)
    environment = os.environ | json.loads((data / "environment.json").read_text())
    command = [str(venv_python()), "-m", "ops.site", str(data), "--beside"]
    if subprocess.run(command, cwd=ROOT, env=environment).returncode:
        raise Stop("Not reloaded; the reason is above. The old code goes on.")
    with step("Exchanging the web workers"):
        exchange(parts["web server"], data / "logs" / "web.log")
    with step("Exchanging the worker"):
        # What it has in hand it brings to its end; ./run starts it again.
        os.kill(parts["worker"], signal.SIGTERM)


def exchange(web_server: int, log: Path) -> None:
    """Has a web server exchange its workers, and waits until it has. Raises Stop when the new ones do not start."""
    seen = log.stat().st_size
    os.kill(web_server, signal.SIGHUP)
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        with log.open("rb") as lines:
            lines.seek(seen if log.stat().st_size >= seen else 0)
            said = lines.read().decode(errors="replace")
        if DONE in said:
            return
        if FAILED in said:
            raise Stop(f"The new code does not start; the old goes on. The end of {log}:\n{said[-2000:]}")
        time.sleep(0.1)
    raise Stop(f"The web server has not reloaded within {PATIENCE:.0f} s; its log: {log}")
