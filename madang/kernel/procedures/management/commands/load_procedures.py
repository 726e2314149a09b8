"""Publishes the definitions of all services, or tells what has to be mended in them first."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from madang.kernel.procedures.actions import publish
from madang.kernel.procedures.queries import DefinitionFile, definition_files, examine, is_published, latest
from madang.kernel.procedures.rules import Procedure


class Command(BaseCommand):
    help = (
        "Publishes the definitions of all services (procedures/*.yaml of every app), or only those named. "
        "Every mistake is told as file:line: what is wrong — what to do. While there is one, nothing is published."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "paths", nargs="*", type=Path, metavar="PATH", help="files or folders; default: of every app"
        )
        parser.add_argument("--check", action="store_true", help="only read and compare, publish nothing")

    def handle(self, *, paths: list[Path], check: bool, **options: Any) -> None:
        files = _named(paths) if paths else definition_files()
        procedures: dict[str, tuple[str, Procedure]] = {}
        wrong: list[str] = []
        for file in files:
            name = _short(file.path)
            text, unreadable = _text(file.path, name)
            if unreadable:
                wrong.append(unreadable)
                continue
            reading = examine(text, service=file.service)
            wrong += reading.lines(name, _)
            if reading.procedure is None:
                continue
            other = procedures.setdefault(reading.procedure.id, (name, reading.procedure))[0]
            if other != name:
                message = _("“%(id)s” is defined in %(other)s already — give this procedure another id.")
                wrong.append(f"{name}:1: {message % {'id': reading.procedure.id, 'other': other}}")
        if wrong:
            self.stderr.write("\n".join(wrong), self.style.ERROR)
            message = ngettext(
                "%(count)s mistake in definitions; nothing was published.",
                "%(count)s mistakes in definitions; nothing was published.",
                len(wrong),
            )
            raise CommandError(message % {"count": len(wrong)})
        for name, procedure in procedures.values():
            self.stdout.write(f"{procedure.id:<40} {self._publish(procedure, check):<24} {name}")

    def _publish(self, procedure: Procedure, check: bool) -> str:
        version = latest(procedure.id)
        if is_published(procedure, version):
            assert version is not None  # noqa: S101 - said so in the line above
            return _("version %(number)s, unchanged") % {"number": version.number}
        number = version.number + 1 if version else 1
        if check:
            return _("would be version %(number)s") % {"number": number}
        return _("version %(number)s, new") % {"number": publish(procedure, by=None).number}


def _named(paths: list[Path]) -> list[DefinitionFile]:
    services = {file.path.resolve(): file.service for file in definition_files()}
    found = []
    for path in paths:
        if not path.exists():
            raise CommandError(_("There is no file or folder %(path)s.") % {"path": path})
        inside = sorted(path.rglob("*.yaml")) if path.is_dir() else [path]
        found += [DefinitionFile(one, services.get(one.resolve())) for one in inside]
    return found


def _text(path: Path, name: str) -> tuple[str, str]:
    try:
        return path.read_text(encoding="utf-8-sig"), ""
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        told = _("this is not UTF-8 text — save the file as UTF-8.")
        return "", f"{name}:{line}: {told}"
    except OSError as error:
        told = _("the file cannot be read — check its permissions.")
        return "", f"{name}:1: {told} ({error.strerror})"


def _short(path: Path) -> str:
    here = Path.cwd()
    return str(path.relative_to(here) if path.is_relative_to(here) else path)
