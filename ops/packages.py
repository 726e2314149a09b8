"""The virtual environment and the pinned Python packages in it."""

import contextlib
import fcntl
import importlib.util
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from ops.places import ROOT, VENV, fingerprint, venv_python, write_whole
from ops.say import Stop, step


@contextlib.contextmanager
def one_at_a_time() -> Iterator[None]:
    """Let only one command set up this checkout; others wait for it and then find most of it done."""
    if not os.access(ROOT, os.W_OK):
        yield  # another user set this checkout up; we only use it
        return
    with (ROOT / ".setup.lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            with step("Waiting for another command that sets up this checkout"):
                fcntl.flock(file, fcntl.LOCK_EX)
        yield


def install(*, dev: bool = False) -> None:
    """Make .venv hold exactly what the lock says, when it does not already.

    `dev` takes requirements-dev.lock, a superset: an environment with it also serves ./run. Raises Stop when
    Python cannot make virtual environments or a package cannot be had.
    """
    wanted = {name: _fingerprint(name) for name in ("requirements-dev.lock", "requirements.lock")}
    stamp = VENV / "madang.stamp"
    have = stamp.read_text().split() if stamp.exists() and venv_python().exists() else []
    if wanted["requirements-dev.lock"] in have or (not dev and wanted["requirements.lock"] in have):
        return
    lock = "requirements-dev.lock" if dev else "requirements.lock"
    stamp.unlink(missing_ok=True)
    if not _works():
        with step("Making the virtual environment .venv"):
            _make()
    with step(f"Installing the packages of {lock} (about a minute the first time)"):
        _pip("install", "--require-hashes", "--no-deps", "-r", str(ROOT / lock))
    write_whole(stamp, "\n".join(value for name, value in wanted.items() if dev or name == lock))


def _fingerprint(lock: str) -> str:
    return fingerprint(ROOT / lock, also=f"{sys.version_info[:2]} {sys.platform}")


def _works() -> bool:
    """Whether .venv is whole, and made by the Python that runs us."""
    ask = "import sys; print(sys.version_info[:2])"
    if not venv_python().exists():
        return False
    said = subprocess.run([venv_python(), "-c", ask], text=True, capture_output=True).stdout.strip()
    return said == str(sys.version_info[:2])


def _make() -> None:
    shutil.rmtree(VENV, ignore_errors=True)
    if importlib.util.find_spec("venv") and importlib.util.find_spec("ensurepip"):
        done = subprocess.run([sys.executable, "-m", "venv", VENV], text=True, capture_output=True)
        if done.returncode:
            raise Stop(f"The virtual environment could not be made:\n{done.stdout}{done.stderr}{_advice()}")
        return
    # Debian keeps ensurepip in a package of its own; a pip of the system can fill an environment too.
    if importlib.util.find_spec("venv") and importlib.util.find_spec("pip"):
        subprocess.run([sys.executable, "-m", "venv", "--without-pip", VENV], check=True)
        return
    raise Stop(f"Python {sys.version.split()[0]} cannot make virtual environments here.\n{_advice()}")


def _advice() -> str:
    if Path("/etc/debian_version").exists():
        return "Install what is missing, as root:  apt-get install python3-venv"
    return "Install Python 3.11 or newer with its venv module, and start again."


def _pip(*words: str) -> None:
    """Run pip on .venv: its own, or the system's where it has none."""
    own = next((VENV / "lib").glob("python3*/site-packages/pip"), None)
    own_pip, other_pip = (
        [str(venv_python()), "-m", "pip"],
        [sys.executable, "-m", "pip", "--python", str(venv_python())],
    )
    pip = own_pip if own else other_pip
    done = subprocess.run(
        [*pip, *words, "--quiet", "--disable-pip-version-check", "--no-input"],
        text=True,
        stderr=subprocess.PIPE,
        env=_environment(),
    )
    if done.returncode:
        raise Stop(
            f"The Python packages could not be installed:\n{done.stderr[-3000:].strip()}\n"
            "Is the network there? Start again and it goes on."
        )


def _environment() -> dict[str, str]:
    """Ours, without what would lead pip elsewhere than into .venv."""
    leave = {"PIP_TARGET", "PIP_PREFIX", "PIP_USER", "PYTHONPATH", "PYTHONHOME"}
    return {name: value for name, value in os.environ.items() if name not in leave}
