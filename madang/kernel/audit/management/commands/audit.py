"""`manage.py audit verify | seal | export | new-key`: the sealed log, in an auditor's hands."""

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from madang.kernel.audit.actions import seal
from madang.kernel.audit.models import Record, Seal
from madang.kernel.audit.queries import Broken, verify, waiting
from madang.kernel.audit.rules import PURPOSE, canonical, line_of
from madang.kernel.common.keys import new_key, public_keys


class Command(BaseCommand):
    help = "Proves that nobody changed the audit log after the fact, seals it, and writes it out for others to prove."

    def add_arguments(self, parser: ArgumentParser) -> None:
        what = parser.add_subparsers(dest="what", required=True, metavar="verify|seal|export|new-key")
        prove = what.add_parser("verify", help="prove every seal and record; exit code 1 and what does not hold, if so")
        prove.add_argument(
            "--expect",
            metavar="NUMBER:HEAD",
            help="a head that was noted before: proves that nothing was cut off the end of the log since",
        )
        what.add_parser("seal", help="seal now what was recorded since the last seal (the worker does so every minute)")
        out = what.add_parser("export", help="write seals, records and public keys to a file that proves itself")
        out.add_argument("file", type=Path)
        what.add_parser("new-key", help="sign with a new key from now on; what older ones signed stays good")

    def handle(self, *args: Any, **options: Any) -> None:
        match options["what"]:
            case "verify":
                self.verify(options["expect"])
            case "seal":
                self.stdout.write(f"{seal()} records sealed.")
            case "export":
                self.export(options["file"])
            case "new-key":
                self.stdout.write(f"From now on {new_key(PURPOSE).stem} signs.")

    def verify(self, expected: str | None) -> None:
        """Tells what does not hold; ends with exit code 1 if anything does not."""
        number, head = _expected(expected)
        broken, seals, records, newest = 0, 0, 0, ""
        for found in verify():
            if isinstance(found, Broken):
                broken += 1
                self.stderr.write(str(found))
                continue
            seals, records, newest = seals + 1, records + found.records, f"{found.seal}:{found.head.hex()}"
            if found.seal == number and found.head.hex() == head:
                number = 0
            if seals % 100 == 0 and sys.stderr.isatty():
                self.stderr.write(f"{records} records hold …")
        if number:
            broken += 1
            self.stderr.write(f"Seal {number} with this head is not in the log: it was cut off, or made anew.")
        self.stdout.write(f"{records} records under {seals} seals hold; {waiting().count()} wait for their seal.")
        if newest:
            self.stdout.write(f"Head: {newest}  (note it elsewhere, and give it to --expect the next time)")
        if broken:
            raise CommandError(f"The log does not hold: {broken} findings, above.", returncode=1)

    def export(self, file: Path) -> None:
        """Writes the sealed log as lines of JSON, in the format of docs/reference/sealed-log.md."""
        with transaction.atomic(), file.open("wb") as out:
            for name, key in public_keys(PURPOSE).items():
                out.write(canonical({"key": name, "public": key.public_bytes_raw()}) + b"\n")
            after = written = 0
            for one in Seal.objects.order_by("number").iterator(chunk_size=20):
                out.write(canonical({"seal": one.statement, "signature": bytes(one.signature)}) + b"\n")
                for record in Record.objects.filter(id__gt=after, id__lte=one.last).order_by("id").iterator():
                    out.write(canonical(line_of(record)) + b"\n")
                    written += 1
                after = one.last
        self.stdout.write(f"{written} records written to {file}.")


def _expected(given: str | None) -> tuple[int, str]:
    if given is None:
        return 0, ""
    number, separator, head = given.partition(":")
    if not separator or not number.isdecimal() or len(head) != 64:
        raise CommandError("--expect wants what an earlier run printed as “Head”: the number, a colon, 64 digits.")
    return int(number), head
