#!/usr/bin/env python3
"""The operator's tool: `./manage.py help` lists what it can do."""

import os
import sys
from pathlib import Path

from ops.places import venv_python
from ops.secrets import adopt


def main() -> None:
    """Run one command, with the settings of the running ./run where the environment sets none."""
    try:
        import django  # noqa: F401
    except ModuleNotFoundError:
        python = venv_python()
        if not python.exists() or Path(sys.prefix) == python.parent.parent:
            sys.exit("Madang's packages are not installed yet: start ./run once.")
        os.execv(python, [str(python), *sys.argv])  # noqa: S606
    adopt()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "madang.settings")
    from django.core.management import execute_from_command_line
    from django.db import OperationalError

    try:
        execute_from_command_line(sys.argv)
    except OperationalError as problem:
        if "connection failed" not in str(problem):
            raise
        sys.exit(f"The database does not answer: {problem}\nStart ./run, or set DATABASE_URL.")


if __name__ == "__main__":
    main()
