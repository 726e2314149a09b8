"""What is behind the codes of the figures, in the country's language and in English."""

import csv
from functools import cache

from django.apps import apps
from django.conf import settings

from madang.kernel.common.i18n import text


@cache
def topics() -> list[dict[str, str]]:
    """The subjects that cases are sorted by: `{code, name, name_en, institution}` each, from the country pack."""
    path = settings.COUNTRY_PACK / "topics.csv"
    if not path.exists():
        return []
    with path.open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def label(name: str, name_en: str) -> str:
    """A name in the language of the moment."""
    return text({settings.LANGUAGE_CODE: name, "en": name_en or name})


def service_label(service: str) -> str:
    """What a service is called."""
    try:
        return str(apps.get_app_config(service).verbose_name)
    except LookupError:
        return service
