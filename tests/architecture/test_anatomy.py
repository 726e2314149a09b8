"""Every app is built alike, so that who knows one knows all."""

import ast
import re
import warnings

import pytest

from .tree import APPS, IDS, App, files, public_definitions, short

MODULES = frozenset(
    {
        *("contracts", "rules", "models", "queries", "actions", "forms", "schemas", "steps", "exchange", "handlers"),
        *("jobs", "views", "api", "admin", "urls", "demo", "apps"),
    }
)
FOLDERS = frozenset(
    {"templates", "static", "locale", "migrations", "tests", "procedures", "parameters", "management", "templatetags"}
)
HARD, SOFT = 500, 300


@pytest.mark.parametrize("app", APPS, ids=IDS)
def test_an_app_has_the_parts_of_the_anatomy_and_no_others(app: App):
    if app.label == "common":
        pytest.skip("common has no tables and names its modules by topic")
    modules = MODULES | ({"engine"} if app.in_kernel else set())
    strange = [
        path.name
        for path in app.path.iterdir()
        if path.name not in ("__init__.py", "__pycache__", "README.md")
        and not (path.suffix == ".py" and path.stem in modules)
        and not (path.is_dir() and path.name in modules | FOLDERS)
    ]
    assert not strange, f"{app.label}: put {strange} into the modules that the architecture knows: {sorted(modules)}"
    twice = [name for name in modules if (app.path / name).is_dir() and (app.path / f"{name}.py").exists()]
    assert not twice, f"{app.label}: {twice} are both a module and a package"


@pytest.mark.parametrize("app", APPS, ids=IDS)
def test_an_app_has_readme_config_and_tests(app: App):
    assert (app.path / "apps.py").is_file()
    assert list((app.path / "tests").glob("test_*.py")), f"{app.label} has no tests"
    readme = (app.path / "README.md").read_text("utf-8")
    assert readme.startswith(f"# {app.label}"), f"the README of {app.label} begins with its name and what it is"
    lines = readme.count("\n")
    assert 10 <= lines <= 60, f"the README of {app.label} has {lines} lines: one screen is about 40"


def test_modules_are_small():
    sizes = {
        short(path): path.read_text("utf-8").count("\n")
        for path in files()
        if path.suffix == ".py" and "migrations" not in path.parts
    }
    for name, lines in sorted(sizes.items()):
        if SOFT < lines <= HARD and "/tests/" not in name:
            warnings.warn(f"{name} has {lines} lines; over {SOFT} a module is hard to see as a whole", stacklevel=1)
    assert not {name: lines for name, lines in sizes.items() if lines > HARD}, (
        f"divide these: the limit is {HARD} lines"
    )


@pytest.mark.parametrize("app", APPS, ids=IDS)
def test_what_is_public_says_what_it_does(app: App):
    silent = []
    for path in app.modules():
        if path.name == "apps.py" or (path.name == "__init__.py" and not path.read_text("utf-8").strip()):
            continue
        # A command says what it does in the first line of its module and in `help`.
        silent += [
            f"{short(path)}:{node.lineno} {node.name}"
            for node in public_definitions(path)
            if not ast.get_docstring(node) and not (path.parent.name == "commands" and node.name == "Command")
        ]
    assert not silent, "give these a docstring:\n" + "\n".join(silent)


def test_no_registry_is_named_anywhere():
    hosts = [
        ".".join(parts)
        for parts in (("pypi", "org"), ("pythonhosted", "org"), ("registry", "npmjs"), ("registry", "yarnpkg"))
    ]
    named = re.compile("|".join(map(re.escape, hosts)).encode())
    found = [short(path) for path in files() if named.search(path.read_bytes())]
    assert not found, f"whoever installs chooses the registry; these name one: {found}"
