"""A mother, her son, and mandates between them."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from madang.kernel.mandates.actions import accept, propose
from madang.kernel.mandates.models import Mandate


@pytest.fixture
def mother(make_person: Any) -> Any:
    return make_person("Mother")


@pytest.fixture
def son(make_person: Any) -> Any:
    return make_person("Son")


@pytest.fixture
def power(version: Any) -> Any:
    """`power(mother)`: a power of attorney that she would give for a year, not yet proposed."""

    def make(principal: Any = None, agent: Any = None, **more: Any) -> Mandate:
        until = timezone.localdate() + timedelta(days=365)
        facts = {"kind": Mandate.Kind.POWER, "may": Mandate.May.ALL, "until": until} | more
        return Mandate(principal=principal, agent=agent, **facts)

    return make


@pytest.fixture
def agreed(power: Any) -> Any:
    """`agreed(mother, son)`: what she proposed and he accepted."""

    def make(principal: Any, agent: Any, **more: Any) -> Mandate:
        made = propose(power(principal, **more), by=principal, to=agent.account.login)
        return accept(made, by=agent)

    return make
