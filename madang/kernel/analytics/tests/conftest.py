"""Places and topics for the figures, and the outbox delivered."""

import pytest

from madang.kernel.cases import actions
from madang.kernel.events.actions import deliver
from madang.kernel.institutions.models import Division


@pytest.fixture
def tell():
    """Delivers everything that waits in the outbox."""

    def told() -> int:
        number = 0
        while some := deliver():
            number += some
        return number

    return told


@pytest.fixture
def places(db):
    """A province with a city (of which one ward) and a county, and a second province."""

    def place(code, name, level, parent=None):
        return Division.objects.create(
            code=code, name=name, name_en=f"Place {code}", full_name=name, level=level, parent=parent
        )

    north = place("9100000000", "북도", "province")
    south = place("9200000000", "남도", "province")
    city = place("9111000000", "큰시", "district", north)
    ward = place("9111100000", "안구", "district", city)
    place("9111151000", "안동", "town", ward)
    place("9112000000", "산군", "district", north)
    place("9211000000", "섬군", "district", south)


@pytest.fixture
def file(version, citizen, town):
    """Files a case of the citizen: `file(topic="jobs", division="9112000000")`."""

    def act(institution=town, division="", **more):
        data = {"title": "제목", "body": "내용 010-1234-5678"} | ({"place": {"division": division}} if division else {})
        return actions.file(version, by=citizen, data=data, institution=institution, **more)

    return act
