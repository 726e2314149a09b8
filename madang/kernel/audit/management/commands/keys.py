"""`manage.py keys list | rotate | retire`: the keys that personal data is encrypted with."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from madang.kernel.audit.actions.encrypting import column, retire_key, rotate
from madang.kernel.common.encryption import DATA, PURPOSES, key_files, name_in, newest_key
from madang.kernel.common.errors import DomainError
from madang.kernel.common.fields import kept_secret


class Command(BaseCommand):
    help = "Shows and changes the keys that personal data is encrypted with. The site runs on meanwhile."

    def add_arguments(self, parser: ArgumentParser) -> None:
        what = parser.add_subparsers(dest="what", required=True, metavar="list|rotate|retire")
        what.add_parser("list", help="every key, and what is encrypted with it")
        anew = what.add_parser(
            "rotate", help="make a new key and close everything with it; may be cut off and repeated"
        )
        anew.add_argument("--purpose", choices=PURPOSES, default=DATA, help="data (default), or the index for look-ups")
        gone = what.add_parser("retire", help="remove a key with which nothing is encrypted any more")
        gone.add_argument("name")

    def handle(self, *args: Any, **options: Any) -> None:
        match options["what"]:
            case "list":
                self.show()
            case "rotate":
                self.rotate(options["purpose"])
            case "retire":
                try:
                    retire_key(options["name"])
                except DomainError as error:
                    raise CommandError(str(error.fields.get("name", [error.message])[0])) from error
                self.stdout.write(f"Key {options['name']} is removed.")

    def show(self) -> None:
        """Every key, the oldest first: what it is for, whether it closes, and the rows in which it did."""
        for purpose in PURPOSES:
            for file in key_files(purpose):
                name = name_in(file)
                used = [(column(field), field.under(name).count()) for field in kept_secret(purpose)]
                rows = ", ".join(f"{rows} rows of {where}" for where, rows in used if rows) or "no longer used"
                closes = "closes; " if name == newest_key(purpose) else ""
                self.stdout.write(f"{name}  {purpose:5}  {closes}{rows}")

    def rotate(self, purpose: str) -> None:
        """Tells how far it is, line by line, and at the end which keys may go."""
        name, done = rotate(purpose, lambda where, rows: self.stdout.write(f"{where}: {rows} rows"))
        self.stdout.write(f"From now on {name} closes; {sum(done.values())} rows were closed anew.")
        for old in (name_in(file) for file in key_files(purpose)):
            if old != name and not any(field.under(old).exists() for field in kept_secret(purpose)):
                self.stdout.write(f"{old} is no longer used: manage.py keys retire {old}")
