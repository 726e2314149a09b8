"""Where things are: the checkout, its virtual environment, and the data directory."""

import hashlib
import os
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"


def venv_python() -> Path:
    """The Python that has Madang's packages."""
    return VENV / "bin" / "python"


def site_packages() -> Path:
    """The folder of the virtual environment into which packages are installed."""
    return next((VENV / "lib").glob("python3*/site-packages"))


def data_dir() -> Path:
    """The data directory of this shell: MADANG_DATA, or var/ of the checkout."""
    return Path(os.environ.get("MADANG_DATA", ROOT / "var")).resolve()


def fingerprint(*files: Path, also: str = "") -> str:
    """A short hash of the content of files, to see whether what was made from them is still current."""
    digest = hashlib.sha256(also.encode())
    for file in files:
        digest.update(file.read_bytes())
    return digest.hexdigest()[:24]


def write_whole(file: Path, text: str, *, mode: int = 0o644) -> None:
    """Write a file so that whoever reads it, at whatever moment we may die, sees the old text or the new."""
    new = file.with_name(f"{file.name}.{os.getpid()}")
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode), "w") as out:
        out.write(text)
    new.replace(file)
