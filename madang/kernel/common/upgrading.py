"""Which migrations may be applied while the code from before them still serves people.

Additive is what that code does not notice: new tables, new columns that it may leave empty or the database fills, indexes
that are built without a lock, wider columns. Anything else needs a sentence in its migration, `deploy = "..."`, that says
why it is so and how it is brought out.
"""

from collections.abc import Iterator
from typing import Any

from django.contrib.postgres.operations import (
    AddConstraintNotValid,
    AddIndexConcurrently,
    RemoveIndexConcurrently,
    ValidateConstraint,
)
from django.db import connection, migrations, models
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.migration import Migration
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState

HARMLESS: tuple[type[Operation], ...] = (
    migrations.CreateModel,
    migrations.AlterModelOptions,
    migrations.AlterModelManagers,
    migrations.AlterModelTableComment,
    AddIndexConcurrently,
    RemoveIndexConcurrently,
    ValidateConstraint,
)
# The tests of what they bring are whether the rows of a table that is in use keep to it.
GUARDED = (
    migrations.AddConstraint,
    AddConstraintNotValid,
    migrations.AlterUniqueTogether,
    migrations.AlterIndexTogether,
)


def objections(migration: Migration, before: ProjectState) -> list[str]:
    """What in this migration the code from before it would notice, each with the remedy. Empty: it is additive."""
    state = before.clone()
    fresh = {
        operation.name_lower for operation in migration.operations if isinstance(operation, migrations.CreateModel)
    }
    found: list[str] = []
    for operation in migration.operations:
        found += _objections(operation, migration.app_label, state, fresh)
        operation.state_forwards(migration.app_label, state)
    return found


def unsafe(*, only_new: bool) -> Iterator[tuple[str, list[str]]]:
    """Migrations that are neither additive nor say how to bring them out; `only_new`: of those not applied yet."""
    loader, ours = _ours(only_new=only_new)
    for key, migration in ours:
        if not getattr(migration, "deploy", "") and (
            found := objections(migration, loader.project_state(key, at_end=False))
        ):
            yield ".".join(key), found


def explained(*, only_new: bool) -> Iterator[tuple[str, str]]:
    """What migrations say that are not additive: why, and how to bring them out."""
    for key, migration in _ours(only_new=only_new)[1]:
        if deploy := getattr(migration, "deploy", ""):
            yield ".".join(key), deploy


def _ours(*, only_new: bool) -> tuple[MigrationLoader, list[tuple[tuple[str, str], Migration]]]:
    """Our own migrations but the first of each app, which makes everything new."""
    loader = MigrationLoader(connection if only_new else None)
    return loader, [
        (key, migration)
        for key, migration in sorted(loader.graph.nodes.items())
        if type(migration).__module__.startswith("madang.")
        and not migration.initial
        and not (only_new and key in loader.applied_migrations)
    ]


def _objections(operation: Operation, app: str, state: ProjectState, fresh: set[str]) -> Iterator[str]:
    what = operation.describe()
    model = str(getattr(operation, "model_name_lower", getattr(operation, "name_lower", "")))
    if isinstance(operation, HARMLESS) or (model in fresh and not isinstance(operation, migrations.DeleteModel)):
        return
    if isinstance(operation, migrations.AddField):
        if not _may_be_left_out(operation.field):
            yield f"{what}: the old code inserts rows without it. Let it be null, or give it a db_default."
    elif isinstance(operation, migrations.AlterField):
        old = state.models[app, model].fields[operation.name]
        if not _only_wider(old, operation.field):
            yield f"{what}: the old code works with the column as it was. Add a new one, and drop the old one later."
    elif isinstance(operation, migrations.AddIndex):
        yield f"{what}: writers wait while it is built. Use AddIndexConcurrently, with atomic = False."
    elif isinstance(operation, migrations.RemoveIndex):
        yield f"{what}: everybody waits for its lock. Use RemoveIndexConcurrently, with atomic = False."
    elif isinstance(operation, GUARDED):
        yield f"{what}: the old code may write what it forbids. Bring it out after the code that keeps to it."
    elif isinstance(operation, migrations.SeparateDatabaseAndState):
        for one in operation.database_operations:
            yield from _objections(one, app, state, fresh)
    elif isinstance(operation, (migrations.RunSQL, migrations.RunPython)):
        yield f"{what}: nobody can tell by looking at it. Say in `deploy` what the old code notices of it."
    else:
        yield f"{what}: the old code still uses it. Take the use out first, and this in a later version."


def _may_be_left_out(field: models.Field) -> bool:
    return field.null or field.many_to_many or field.db_default is not models.NOT_PROVIDED


def _only_wider(old: models.Field, new: models.Field) -> bool:
    """Whether everything that could be in the column, and come out of it, still can."""
    was, becomes = _stored(old), _stored(new)
    loosened = becomes.pop("null", False) or not was.get("null", False)
    was.pop("null", None)
    room, more = was.pop("max_length", 0), becomes.pop("max_length", 0)
    return was == becomes and loosened and (more is None or more >= (room or 0))


def _stored(field: models.Field) -> dict[str, Any]:
    """What the database knows of a field."""
    _name, kind, args, kwargs = field.deconstruct()
    known = {name: value for name, value in kwargs.items() if name not in (*field.non_db_attrs, "default")}
    return known | {"kind": kind, "args": tuple(args)}
