"""The demo definition with every type of field, as text and as a procedure."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from madang.kernel.procedures.rules import Procedure
from madang.kernel.procedures.rules.reading import World, read

TODAY = date(2026, 3, 2)
TEXT = Path(__file__).with_name("demo.yaml").read_text()


@pytest.fixture(scope="session")
def demo() -> Procedure:
    procedure = read(TEXT, World(TODAY)).procedure
    assert procedure is not None
    return procedure


@pytest.fixture
def published(demo: Procedure, db: None) -> Any:
    from madang.kernel.procedures.actions import publish

    return publish(demo, by=None)


def example(demo: Procedure, number: int) -> dict[str, Any]:
    """One of the demo's examples, on the day of these tests."""
    from madang.kernel.procedures.rules.reading import dated

    return dated(demo.form, demo.examples[number], TODAY)
