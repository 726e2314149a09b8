"""What the running site and the operator's commands share: the secret key and the address of the database."""

import json
import os
import secrets
from pathlib import Path

from ops.places import data_dir, write_whole


def secret_key(data: Path) -> str:
    """The site's secret key: made once, kept in DATA/secret, readable to its owner only."""
    file = data / "secret"
    if not file.exists():
        write_whole(file, secrets.token_urlsafe(48), mode=0o600)
    return file.read_text().strip()


def remember(data: Path, environment: dict[str, str]) -> None:
    """Keep the settings of this start in DATA/environment.json for `./manage.py` in another terminal."""
    write_whole(data / "environment.json", json.dumps(environment, indent=1), mode=0o600)


def adopt() -> None:
    """Take over the settings of the last start where this shell sets none. Raises nothing when there was
    none.
    """
    file = data_dir() / "environment.json"
    if file.exists() and os.access(file, os.R_OK):
        for name, value in json.loads(file.read_text()).items():
            os.environ.setdefault(name, value)
