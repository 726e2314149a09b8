"""Which migrations the code from before them bears: made-up good and bad ones."""

from typing import Any

import pytest
from django.contrib.postgres.operations import AddIndexConcurrently
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import migrations, models
from django.db.migrations.migration import Migration
from django.db.migrations.state import ModelState, ProjectState
from django.db.models.functions import Now

from madang.kernel.common.upgrading import objections


@pytest.fixture
def before() -> ProjectState:
    """A table in use."""
    state = ProjectState()
    fields = [("id", models.BigAutoField(primary_key=True)), ("title", models.CharField(max_length=80))]
    state.add_model(ModelState("office", "Desk", fields))
    return state


def migration(*operations: Any) -> Migration:
    made = Migration("0002_more", "office")
    made.operations = list(operations)
    return made


def add(**more: Any) -> migrations.AddField:
    return migrations.AddField("desk", "opened", models.DateTimeField(**more))


def alter(field: models.Field) -> migrations.AlterField:
    return migrations.AlterField("desk", "title", field)


BY_TITLE = models.Index(fields=["title"], name="desk_by_title")
NEW = migrations.CreateModel("Chair", [("id", models.BigAutoField(primary_key=True)), ("name", models.TextField())])

GOOD = {
    "a new table": [NEW],
    "a new table with index and column": [
        NEW,
        migrations.AddIndex("chair", models.Index(fields=["name"], name="chair_by_name")),
        migrations.AddField("chair", "of", models.ForeignKey("office.Desk", models.CASCADE)),
    ],
    "a column that may be null": [add(null=True)],
    "a column that the database fills": [add(db_default=Now())],
    "an index built beside": [AddIndexConcurrently("desk", BY_TITLE)],
    "a wider column": [alter(models.CharField(max_length=200))],
    "a column that may be null from now on": [alter(models.CharField(max_length=80, null=True))],
    "other words": [alter(models.CharField(max_length=80, help_text="Of the desk.", verbose_name="title"))],
}
BAD = {
    "a column that must be filled": ([add()], "db_default"),
    "a column with a default of Python's": ([add(default=None)], "db_default"),
    "a column taken out": ([migrations.RemoveField("desk", "title")], "Take the use out first"),
    "a column renamed": ([migrations.RenameField("desk", "title", "name")], "Take the use out first"),
    "a narrower column": ([alter(models.CharField(max_length=20))], "Add a new one"),
    "another type": ([alter(models.IntegerField())], "Add a new one"),
    "a column made unique": ([alter(models.CharField(max_length=80, unique=True))], "Add a new one"),
    "a table taken out": ([migrations.DeleteModel("Desk")], "Take the use out first"),
    "an index that holds up writers": ([migrations.AddIndex("desk", BY_TITLE)], "AddIndexConcurrently"),
    "a new condition": (
        [migrations.AddConstraint("desk", models.UniqueConstraint(fields=["title"], name="one_title"))],
        "Bring it out after",
    ),
    "SQL": ([migrations.RunSQL("DROP TABLE office_desk")], "Say in `deploy`"),
    "SQL in a disguise": (
        [migrations.SeparateDatabaseAndState(database_operations=[migrations.RunSQL("DROP TABLE x")])],
        "Say in `deploy`",
    ),
    "Python": ([migrations.RunPython(migrations.RunPython.noop)], "Say in `deploy`"),
}


@pytest.mark.parametrize("operations", GOOD.values(), ids=GOOD)
def test_what_the_old_code_bears(before, operations):
    assert objections(migration(*operations), before) == []


@pytest.mark.parametrize(("operations", "remedy"), BAD.values(), ids=BAD)
def test_what_it_does_not(before, operations, remedy):
    (found,) = objections(migration(*operations), before)
    assert remedy in found


@pytest.mark.django_db
def test_the_command_names_a_new_one_that_is_not_additive(monkeypatch, capsys):
    from importlib import import_module

    from django.db import connection
    from django.db.migrations.recorder import MigrationRecorder

    call_command("check_migrations")
    assert "Additive" in capsys.readouterr().out
    MigrationRecorder(connection).record_unapplied("search", "0002_audience")
    call_command("check_migrations")
    assert "search.0002_audience: Before the first version." in capsys.readouterr().out
    monkeypatch.delattr(import_module("madang.kernel.search.migrations.0002_audience").Migration, "deploy")
    with pytest.raises(CommandError, match="Not additive"):
        call_command("check_migrations")
    assert "search.0002_audience: Remove field is_public" in capsys.readouterr().err
