"""Writes the beginning of a new definition."""

import os
import re
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from madang.kernel.procedures.queries import services
from madang.kernel.procedures.rules.procedure import ID
from madang.kernel.procedures.rules.skeleton import skeleton


class Command(BaseCommand):
    help = "Writes the beginning of a new procedure: a file that loads as it is, with comments that say how to go on."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("id", metavar="SERVICE.NAME", help="for example petitions.street-lamp")

    def handle(self, *, id: str, **options: Any) -> None:
        if not re.fullmatch(ID, id):
            raise CommandError(
                _("“%(id)s” is not SERVICE.NAME in small letters, such as petitions.street-lamp.") % {"id": id}
            )
        service, _dot, name = id.partition(".")
        folder = services().get(service)
        if folder is None:
            known = ", ".join(services()) or "–"
            raise CommandError(
                _("There is no service “%(service)s”. Services: %(known)s.") % {"service": service, "known": known}
            )
        path = folder / "procedures" / f"{name}.yaml"
        if path.exists():
            raise CommandError(_("%(path)s exists already.") % {"path": path})
        path.parent.mkdir(exist_ok=True)
        schema = os.path.relpath(settings.BASE_DIR / "docs/reference/procedure.schema.json", path.parent)
        path.write_text(skeleton(id, schema, _), encoding="utf-8")
        self.stdout.write(str(path))
