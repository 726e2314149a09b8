"""Queries whose statement is made only once: they are asked all the time, and making it takes longer than asking."""

from collections.abc import Callable
from functools import cached_property
from typing import Any, Generic, TypeVar

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import Model, QuerySet
from django.db.models.query import get_related_populators

M = TypeVar("M", bound=Model)


class Kept(Generic[M]):
    """A query by texts that finds one row: `Kept(lambda number: Case.objects.filter(number=number)).first("PET-26-…")`.

    The lambda is called once, with marks in place of the texts, so it must put them into the query as they are.
    """

    def __init__(self, make: Callable[..., QuerySet[M]]) -> None:
        self.make = make
        self._marks = [f"\0{place}" for place in range(make.__code__.co_argcount)]

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

    def first(self, *texts: str) -> M | None:
        """The row that is found by these texts, if there is one."""
        statement, params, build = self._made
        given = dict(zip(self._marks, texts, strict=True))
        with connections[DEFAULT_DB_ALIAS].cursor() as cursor:
            cursor.execute(statement, [given.get(param, param) for param in params])
            row = cursor.fetchone()
        return build(row) if row else None
