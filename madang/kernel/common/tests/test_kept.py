"""A kept query finds what the same query would, with one statement each time."""

import pytest

from madang.kernel.common.kept import Kept
from madang.kernel.identity.models import Account, Person, Token

by_login = Kept(lambda login: Account.objects.filter(login=login, is_active=True).select_related("person"), str)
by_both = Kept(lambda name, email: Person.objects.filter(email=email, name=name), str, str)
tokens_of = Kept(lambda key: Token.objects.filter(person=key).order_by("name"), int)


@pytest.fixture
def minji(db):
    person = Person.objects.create(name="김민지", email="minji@example.org", birth_date="1990-02-03")
    Account.objects.create(login="minji", person=person)
    return Person.objects.get(pk=person.pk)


def test_a_row_is_found_with_what_was_selected_beside_it(minji, django_assert_num_queries):
    with django_assert_num_queries(1):
        account = by_login.first("minji")
        assert account.person.name == "김민지"
    assert vars(account.person) == vars(minji) | {"_state": account.person._state}
    assert not account._state.adding


def test_texts_go_where_they_belong(minji):
    assert by_both.first("김민지", "minji@example.org") == minji
    assert by_both.first("minji@example.org", "김민지") is None


def test_what_changed_is_seen(minji):
    assert by_login.first("minji")
    Account.objects.update(is_active=False)
    assert by_login.first("minji") is None


def test_a_text_is_only_a_text(minji):
    assert by_login.first("' OR 1=1 --") is None
    assert by_login.first("%") is None


def test_keys_find_all_their_rows(minji):
    somebody = Person.objects.create(name="박서준")
    for name, person in (("phone", minji), ("desk", minji), ("other", somebody)):
        Token.objects.create(name=name, person=person, digest=name)
    assert [one.name for one in tokens_of.all(minji.pk)] == ["desk", "phone"]
    assert tokens_of.all(0) == []
