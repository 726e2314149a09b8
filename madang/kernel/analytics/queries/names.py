"""What is behind the codes of the figures, in the country's language and in English."""

import csv
from functools import cache

from django.conf import settings


@cache
def topics() -> list[dict[str, str]]:
    """The subjects that cases are sorted by: `{code, name, name_en, institution}` each, from the country pack."""
    path = settings.COUNTRY_PACK / "topics.csv"
    if not path.exists():
        return []
    with path.open(encoding="utf-8") as file:
        return list(csv.DictReader(file))
