"""How soon `./run` is there."""

import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path
from statistics import median

from ops.places import ROOT, site_packages
from ops.postgres import Postgres

from .report import Section
from .servers import free_port

TITLE = "Starting"
ABOUT = """
From the command until the site answers, as `./run` says itself. The first start makes the database and loads the demo
country, the later ones find everything in place; packages are installed already, unless `--cold` was given: then the
first start is that of a fresh clone, which gets its packages from the network.
"""


def run(section: Section, *, cold: bool, again: int = 3) -> None:
    """Measures in a data directory made for this."""
    data = Path(os.environ["MADANG_DATA"]) / "start"
    with tempfile.TemporaryDirectory() as folder:
        place = ROOT
        if cold:
            place = Path(folder) / "madang"
            subprocess.run(["git", "clone", "--quiet", str(ROOT), str(place)], check=True)
        try:
            first = _start(place, data)
            later = median(_start(place, data) for _count in range(again))
        finally:
            Postgres(data, site_packages()).clear()
            shutil.rmtree(data, ignore_errors=True)
    what = "first start, a fresh clone" if cold else "first start, packages in place"
    section.add(what, first, "s", most=240)
    section.add("every later start", later, "s", most=10)


def _start(place: Path, data: Path) -> float:
    """Starts, waits until it is there, stops it; returns the seconds it took by its own account."""
    left_out = ("DATABASE_URL", "MADANG_DATA", "SECRET_KEY", "MADANG_PLAIN_HTTP")
    environment = {name: value for name, value in os.environ.items() if name not in left_out}
    words = [str(place / "run"), "--data", str(data), "--port", str(free_port())]
    process = subprocess.Popen(words, cwd=place, env=environment, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    said = ""
    try:
        for line in process.stdout:
            said += line
            if found := re.search(r"Ready after (\d+) s", line):
                return float(found[1])
        raise RuntimeError(f"./run ended:\n{said[-2000:]}")
    finally:
        process.terminate()
        process.stdout.read()
        process.wait()
