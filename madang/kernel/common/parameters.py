"""Numbers of the law: each with the date from which it holds and the source it stands in.

Every app may have a folder `parameters/` of YAML files:

    transfer_between:
      - {since: 2009-10-01, value: 8h, source: 민원 처리에 관한 법률 시행령 제13조}
"""

from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from django.apps import apps
from pydantic import BaseModel, ConfigDict, TypeAdapter
from ruamel.yaml import YAML


class Value(BaseModel):
    """One value of a parameter."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    since: date
    value: Any
    source: str


@cache
def parameters() -> dict[str, list[Value]]:
    """Every parameter of every app by `app.name`, each with its values, newest first."""
    found: dict[str, list[Value]] = {}
    for config in apps.get_app_configs():
        if not config.name.startswith("madang."):
            continue
        for path in sorted(Path(config.path, "parameters").glob("*.yaml")):
            table = TypeAdapter(dict[str, list[Value]]).validate_python(YAML(typ="safe").load(path))
            for name, values in table.items():
                found[f"{config.label}.{name}"] = sorted(values, key=lambda value: value.since, reverse=True)
    return found


def parameter(name: str, on: date) -> Any:
    """The value that holds on this day. Raises LookupError when the law had none yet."""
    for value in parameters()[name]:
        if value.since <= on:
            return value.value
    raise LookupError(f"{name} has no value on {on}.")
