"""The system account that the database runs as: ourselves, or for root another that may not do everything."""

import os
import pwd
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ops.say import Stop

ACCOUNT_FOR_ROOT = "nobody"


@dataclass(frozen=True)
class Account:
    """The system account PostgreSQL runs as; `uid` is None when that is simply ourselves."""

    uid: int | None
    gid: int | None

    def run(self, *command: str | Path) -> subprocess.CompletedProcess[str]:
        """Run a command as this account and capture what it says."""
        return subprocess.run([str(part) for part in command], text=True, capture_output=True, **self.options())

    def options(self) -> dict[str, Any]:
        """What `subprocess` needs to become this account; a neutral folder, as ours may be closed to it."""
        if self.uid is None:
            return {"cwd": "/"}
        return {"cwd": "/", "user": self.uid, "group": self.gid, "extra_groups": []}

    def can_enter(self, folder: Path) -> bool:
        """Whether this account may go into the folder, found out by trying."""
        return self.run("/bin/sh", "-c", 'cd "$1"', "sh", folder).returncode == 0

    def can_run(self, program: Path) -> bool:
        """Whether this account may read and run the program, found out by trying."""
        return self.run("/bin/sh", "-c", 'test -r "$1" && "$1" --version', "sh", program).returncode == 0

    def give(self, path: Path) -> None:
        """Hand a file or a folder over to this account."""
        if self.uid is not None and self.gid is not None:
            os.chown(path, self.uid, self.gid)


def account_for(pgdata: Path) -> Account:
    """Who PostgreSQL runs as for this directory. Raises Stop when the directory is another person's."""
    owner = pgdata.stat().st_uid if pgdata.exists() else None
    if os.geteuid() != 0:
        if owner not in (None, os.geteuid()):
            raise Stop(
                f"The database in {pgdata} belongs to another user ({_name_of(owner)}).\n"
                "Start as that user or as root, or choose another place with --data DIR."
            )
        return Account(None, None)
    entry = pwd.getpwuid(owner) if owner else pwd.getpwnam(ACCOUNT_FOR_ROOT)
    return Account(entry.pw_uid, entry.pw_gid)


def _name_of(uid: int | None) -> str:
    try:
        return pwd.getpwuid(uid or 0).pw_name
    except KeyError:
        return str(uid)


def copy_for_all(source: Path, parts: tuple[str, ...], target: Path) -> None:
    """Copy folders of a wheel so that everybody can read and run them, whatever our umask is."""
    half = target.with_name(target.name + ".part")
    shutil.rmtree(half, ignore_errors=True)
    leave = shutil.ignore_patterns("include", "*.a", "*.py", "__pycache__", "pgxs")
    for part in parts:
        if (source / part).exists():
            shutil.copytree(source / part, half / part, symlinks=True, ignore=leave)
    for path in (half, *half.rglob("*")):
        if not path.is_symlink():
            mode = path.stat().st_mode
            path.chmod(mode | (0o555 if mode & 0o100 else 0o444))
    half.rename(target)
