"""Queries whose statement is made only once: they are asked all the time, and making it takes longer than asking."""

from collections.abc import Callable
from functools import cached_property
from typing import Any, Generic, TypeVar

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import Model, QuerySet
from django.db.models.query import get_related_populators

M = TypeVar("M", bound=Model)


class Kept(Generic[M]):
    """A query by texts or keys: `Kept(lambda number: Case.objects.filter(number=number), str).first("PET-26-…")`.

    The lambda is called once, with marks of these types in place of what is given, so it must put them into the
    query as they are.
    """

    def __init__(self, make: Callable[..., QuerySet[M]], *types: type[str] | type[int]) -> None:
        self.make = make
        self._marks = [f"\0{place}" if one is str else place - 2**62 for place, one in enumerate(types)]

    @cached_property
    def _made(self) -> tuple[str, list[Any], Callable[[list[Any]], M]]:
        """The statement, its parameters with the marks in them, and how a row becomes an object."""
        compiler = self.make(*self._marks).query.get_compiler(DEFAULT_DB_ALIAS)
        statement, params = compiler.as_sql()
        shape, select = compiler.klass_info, compiler.select
        first, last = shape["select_fields"][0], shape["select_fields"][-1] + 1
        names = [column.target.attname for column, _sql, _alias in select[first:last]]
        populators = get_related_populators(shape, select, DEFAULT_DB_ALIAS)  # type: ignore[call-arg]
        converters = compiler.get_converters([column for column, _sql, _alias in select])

        def build(row: Any) -> M:
            (values,) = compiler.apply_converters([row], converters)
            found: M = shape["model"].from_db(DEFAULT_DB_ALIAS, names, values[first:last])
            for populator in populators:
                populator.populate(values, found)
            return found

        return statement, list(params), build

    def all(self, *given: str | int) -> list[M]:
        """The rows that are found by what is given."""
        statement, params, build = self._made
        values = dict(zip(self._marks, given, strict=True))
        with connections[DEFAULT_DB_ALIAS].cursor() as cursor:
            cursor.execute(statement, [values.get(param, param) for param in params])
            return [build(row) for row in cursor.fetchall()]

    def first(self, *given: str | int) -> M | None:
        """The first of them, if there is one."""
        return next(iter(self.all(*given)), None)
