"""Numbers by which the state knows a person."""

import pytest
from django.db import connection

from madang.kernel.audit.models import Record
from madang.kernel.common.errors import Conflict, Refused
from madang.kernel.identity import actions
from madang.kernel.identity.models import PersonalNumber
from madang.kernel.identity.queries import by_personal_number

NUMBER = "860101-1234563"


def test_a_verified_number_is_encrypted_and_found_again(citizen, recorded):
    row = actions.verify_number(citizen, by=None, kind="resident_number", value=NUMBER)
    with connection.cursor() as cursor:
        cursor.execute("SELECT value, index FROM identity_personalnumber")
        assert NUMBER not in "".join(cursor.fetchone())
    assert by_personal_number("resident_number", NUMBER) == citizen
    changed = actions.verify_number(citizen, by=None, kind="resident_number", value="210315-3999999")
    assert changed.pk == row.pk
    assert by_personal_number("resident_number", NUMBER) is None
    assert PersonalNumber.objects.get().value == "210315-3999999"
    assert recorded()[-2:] == ["identity.verify_number"] * 2
    assert NUMBER not in str(list(Record.objects.values_list("details", flat=True)))


@pytest.mark.refuses("identity.verify_number")
def test_a_number_belongs_to_one_person_and_only_the_system_says_so(citizen, stranger, operator):
    actions.verify_number(citizen, by=None, kind="resident_number", value=NUMBER)
    with pytest.raises(Conflict):
        actions.verify_number(stranger, by=None, kind="resident_number", value=NUMBER)
    for person in (citizen, stranger, operator):
        with pytest.raises(Refused):
            actions.verify_number(citizen, by=person, kind="resident_number", value=NUMBER)
    assert by_personal_number("resident_number", NUMBER) == citizen
