"""A router is learned once and asked by name, in every process, from then on."""

import subprocess
import sys

import pytest

from madang.kernel.analytics.actions import learn
from madang.kernel.analytics.models import Learned
from madang.kernel.analytics.queries.learned import Example, router
from madang.kernel.common.errors import Refused

LIGHT, WATER = "가로등이 꺼져 있습니다", "수도관이 터졌습니다"
LESSONS = [Example(LIGHT, LIGHT, "roads"), Example(WATER, WATER, "water")] * 4
COMPETENCES = {"roads": "도로와 가로등", "water": "수도와 하수도"}


@pytest.mark.django_db
def test_what_was_learned_is_asked_by_its_name(recorded):
    assert router("tests.places") is None
    learned = learn("tests.places", by=None, examples=LESSONS, competences=COMPETENCES)
    assert (learned.examples, recorded()) == (8, ["analytics.learn"])
    known = router("tests.places")
    assert [known.suggest(text, "", k=1)[0].label for text in (LIGHT, WATER)] == ["roads", "water"]
    assert router("tests.others") is None


@pytest.mark.django_db
def test_the_newest_is_in_use_at_once():
    learn("tests.places", by=None, examples=LESSONS, competences=COMPETENCES)
    assert {one.label for one in router("tests.places").suggest(LIGHT, "")} == {"roads", "water"}
    learn("tests.places", by=None, examples=[], competences={"parks": "공원"})
    assert [one.label for one in router("tests.places").suggest(LIGHT, "")] == ["parks"]


@pytest.mark.refuses("analytics.learn")
def test_only_the_system_learns(stranger, officer):
    for person in (stranger, officer):
        with pytest.raises(Refused):
            learn("tests.places", by=person, examples=LESSONS, competences=COMPETENCES)
    assert not Learned.objects.exists()


def test_a_process_that_routes_nothing_starts_without_the_libraries_of_numbers():
    start = "import sys, madang.wsgi, madang.urls; print(*{'numpy', 'scipy', 'sklearn'} & set(sys.modules))"
    assert (
        subprocess.run([sys.executable, "-c", start], capture_output=True, text=True, check=True).stdout.strip() == ""
    )
