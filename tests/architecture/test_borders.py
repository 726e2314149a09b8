"""Who may know whom: imports, foreign keys, and nothing by name behind their back."""

import ast
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.apps import apps
from django.db.models import Model

from .tree import APPS, IDS, ROOT, App, rank_in_kernel, short, syntax


def test_the_import_contracts_are_kept():
    words = (
        "import sys; from importlinter.cli import lint_imports_command; sys.exit(lint_imports_command(['--no-cache']))"
    )
    told = subprocess.run([sys.executable, "-c", words], cwd=ROOT, capture_output=True, text=True, env=dict(os.environ))
    assert told.returncode == 0, told.stdout + told.stderr


def _own_models() -> list[type[Model]]:
    return [model for model in apps.get_models(include_auto_created=True) if model.__module__.startswith("madang.")]


def _border(model: type[Model]) -> tuple[str, str]:
    _madang, part, label = model.__module__.split(".")[:3]
    return part, label


def test_foreign_keys_point_down():
    """A key named by a string leaves no import; it is held to the same order."""
    rank = rank_in_kernel()
    wrong = []
    for model in _own_models():
        part, label = _border(model)
        for field in model._meta.get_fields():
            target = field.related_model
            if field.auto_created or not isinstance(target, type) or not target.__module__.startswith("madang."):
                continue
            there, other = _border(target)
            same = (part, label) == (there, other)
            down = there == "kernel" and (part == "services" or rank[other] < rank[label])
            if not (same or down):
                wrong.append(f"{label}.{model.__name__}.{field.name} -> {other}.{target.__name__}")
    assert not wrong, "these keys point upward or across:\n" + "\n".join(wrong)


@pytest.mark.parametrize("app", APPS, ids=IDS)
def test_nothing_is_fetched_by_name_behind_the_border(app: App):
    reached = [
        f"{short(path)}:{node.lineno}"
        for path in app.modules()
        for node in ast.walk(syntax(path))
        if isinstance(node, ast.Attribute) and node.attr in ("get_model", "get_registered_model")
    ]
    assert not reached, f"import the model, so that the order of imports can be checked: {reached}"


@pytest.mark.parametrize("app", APPS, ids=IDS)
def test_contracts_need_the_standard_library_only(app: App):
    foreign = []
    for path in [app.path / "contracts.py", *(app.path / "contracts").glob("*.py")]:
        if path.exists():
            for node in ast.walk(syntax(path)):
                names = [one.name for one in node.names] if isinstance(node, ast.Import) else []
                if isinstance(node, ast.ImportFrom) and not node.level:
                    names.append(node.module or "")
                foreign += [
                    f"{short(path)}: {name}" for name in names if name.split(".")[0] not in sys.stdlib_module_names
                ]
    assert not foreign, foreign


@pytest.mark.parametrize("app", APPS, ids=IDS)
def test_every_page_and_call_is_protected_against_forged_requests(app: App):
    bare = [short(path) for path in app.modules() if re.search(r"\bcsrf_exempt\b", path.read_text("utf-8"))]
    assert not bare, bare


def test_the_kernel_names_no_service():
    services = "|".join(app.label for app in APPS if not app.in_kernel)
    named = re.compile(rf"madang\.services\.({services})|[\"']({services})(:|\.?[\"'])")
    found = [
        f"{short(path)}:{number}"
        for app in APPS
        if app.in_kernel
        for path in [*app.modules(), *app.templates()]
        for number, line in enumerate(_lines(path), 1)
        if named.search(line)
    ]
    assert not found, f"the kernel knows no service; these lines of it name one: {found}"


def _lines(path: Path) -> list[str]:
    """The lines of a file, texts that explain left out: an example in them may name a service."""
    text = path.read_text("utf-8")
    if path.suffix == ".py":
        return re.sub(
            r'""".*?"""|#[^\n]*', lambda match: "\n" * match[0].count("\n"), text, flags=re.DOTALL
        ).splitlines()
    return text.splitlines()
