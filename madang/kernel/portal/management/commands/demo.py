"""`manage.py demo`: the demo country, made by every app's demo.py through its actions."""

import time
from argparse import ArgumentParser
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType
from typing import Any

from django.apps import apps
from django.core.management.base import BaseCommand


class Command(BaseCommand):
    help = "Loads the demo country, or says who can sign in to it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--size", choices=("small", "full"), default="small")
        parser.add_argument("--who", action="store_true", help="Only print who can sign in, and with which password.")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["who"]:
            for demo in _demos():
                for login, password, role in getattr(demo, "who", list)():
                    self.stdout.write(f"  {login:<16}  {password:<18}  {role}")
            return
        for demo in _demos():
            begun = time.monotonic()
            demo.load(options["size"])
            self.stdout.write(f"  {demo.__name__.split('.')[-2]}: {time.monotonic() - begun:.1f} s")


def _demos() -> list[ModuleType]:
    found = [f"{one.name}.demo" for one in apps.get_app_configs() if one.name.startswith("madang.")]
    modules = [import_module(name) for name in found if find_spec(name)]
    return sorted(modules, key=lambda module: module.ORDER)
