import json

from django.apps import AppConfig
from django.conf import settings


class ProceduresConfig(AppConfig):
    name = "madang.kernel.procedures"
    label = "procedures"

    def ready(self) -> None:
        """The country says how its numbers of persons and accounts look."""
        from .rules.identifiers import use_identifiers

        pack = settings.COUNTRY_PACK / "identifiers.json"
        if pack.exists():
            use_identifiers(json.loads(pack.read_text("utf-8")))
