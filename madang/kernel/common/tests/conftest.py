import pytest
from hypothesis import settings

from madang.kernel.common import calendars

# A busy machine is no error of the code: properties are checked without a time limit for each example.
settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")


@pytest.fixture(autouse=True)
def _only_the_country(monkeypatch):
    """No institutions, so no database: the country's calendar alone."""
    monkeypatch.setattr(calendars, "_source", calendars._country_only)
