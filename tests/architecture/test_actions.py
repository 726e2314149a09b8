"""Every write is an action: one shape, on record, and refused to strangers."""

import inspect
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.utils.module_loading import autodiscover_modules
from procrastinate.contrib.django import app as jobs

from conftest import REFUSALS_TESTED, whole_suite
from madang.kernel.audit.actions import ACTIONS
from madang.kernel.common.parameters import parameters

from .tree import APPS, IDS, App, public_definitions, short


def _actions() -> dict[str, Callable[..., Any]]:
    """Every action of the apps; those that tests make for themselves are left out."""
    autodiscover_modules("actions")
    for app in APPS:
        for path in (app.path / "actions").glob("*.py"):
            import_module(f"{apps.get_app_config(app.label).name}.actions.{path.stem}")
    return {
        name: act
        for name, act in ACTIONS.items()
        if ".tests" not in act.__module__ and act.__module__.startswith("madang.")
    }


def test_actions_have_one_shape():
    """The subject first, and `by=` the person who acts, so that a call reads as a sentence."""
    wrong = []
    for name, act in _actions().items():
        parameters = inspect.signature(act).parameters
        kinds = [one.kind for one in parameters.values()]
        if (
            not kinds
            or kinds[0] is not inspect.Parameter.POSITIONAL_OR_KEYWORD
            or inspect.Parameter.VAR_POSITIONAL in kinds
        ):
            wrong.append(f"{name}: the first argument is its subject")
        if "by" not in parameters or parameters["by"].kind is not inspect.Parameter.KEYWORD_ONLY:
            wrong.append(f"{name}: `by` must be keyword-only")
    assert not wrong, "\n".join(wrong)


def test_actions_are_named_by_their_app():
    wrong = [
        f"{name} in {act.__module__}"
        for name, act in _actions().items()
        if act.__module__.split(".")[2] != name.split(".")[0]
    ]
    assert not wrong, wrong


def test_strangers_are_refused_every_action(request: pytest.FixtureRequest):
    if not whole_suite(request.config):
        pytest.skip("only a part of the tests was collected; the whole suite checks this")
    missing = sorted(set(_actions()) - REFUSALS_TESTED)
    assert not missing, (
        f"no test shows that a stranger is refused these; write one and mark it @pytest.mark.refuses(name): {missing}"
    )


def test_refusals_name_actions_that_exist(request: pytest.FixtureRequest):
    if not whole_suite(request.config):
        pytest.skip("only a part of the tests was collected; the whole suite checks this")
    unknown = sorted(REFUSALS_TESTED - set(_actions()))
    assert not unknown, f"tests prove a refusal of what is no action: {unknown}"


@pytest.mark.parametrize("app", APPS, ids=IDS)
def test_nothing_is_decided_in_save_or_signals(app: App):
    """What happens, happens in actions; a model that acts when it is saved would do it unseen and unrecorded."""
    hidden = []
    for path in app.modules():
        text = path.read_text("utf-8")
        if "django.db.models.signals" in text:
            hidden.append(f"{short(path)} listens to signals")
        if _is_models(app, path):
            hidden += [
                f"{short(path)}:{part.lineno} {node.name}.{part.name}"
                for node in public_definitions(path)
                for part in getattr(node, "body", [])
                if getattr(part, "name", "") in ("save", "delete", "save_base")
            ]
    assert not hidden, hidden


def _is_models(app: App, path: Path) -> bool:
    return path.relative_to(app.path).parts[0] in ("models.py", "models")


def test_actions_say_what_happens():
    silent = sorted(name for name, act in _actions().items() if not act.__doc__)
    assert not silent, f"give these a docstring; the reference page of actions is made from it: {silent}"


def test_jobs_are_named_by_their_app():
    """A job waits in the queue under its name: one named by its module would be lost when the module moves."""
    jobs.perform_import_paths()
    wrong = []
    for name, task in jobs.tasks.items():
        module = task.func.__module__.split(".")
        if module[0] == "madang" and "tests" not in module and name != f"{module[2]}.{task.func.__name__}":
            wrong.append(f'{name}: @app.task(name="{module[2]}.{task.func.__name__}")')
    assert not wrong, "\n".join(wrong)


def test_every_parameter_is_used():
    """A number of the law that nothing reads promises what does not happen."""
    source = "\n".join(path.read_text("utf-8") for app in APPS for path in app.modules())
    idle = [name for name in parameters() if f'"{name}"' not in source]
    assert not idle, idle
