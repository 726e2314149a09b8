"""Writes the reference of the language of definitions from the language itself."""

import json
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.utils import translation
from django.utils.translation import gettext

from madang.kernel.procedures.rules.reference import page, schema


def documents() -> dict[str, str]:
    """The generated files by their path below the project's folder: the page in each language, and the schema."""
    made = {"docs/reference/procedure.schema.json": json.dumps(schema(), ensure_ascii=False, indent=2) + "\n"}
    for language, suffix in (("en", ""), ("ko", ".ko")):
        with translation.override(language):
            made[f"docs/reference/procedures{suffix}.md"] = page(gettext)
    return made


class Command(BaseCommand):
    help = "Writes docs/reference/procedures.md, its Korean translation and procedure.schema.json."
    requires_system_checks = []

    def handle(self, *args: Any, **options: Any) -> None:
        for name, text in documents().items():
            path = settings.BASE_DIR / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
            self.stdout.write(name)
