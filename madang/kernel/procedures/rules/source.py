"""A definition as written: YAML read into plain data, with the line of every key and value."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from .problems import Path, Problem, _, wrong

MOST_CHARACTERS = 200_000
MOST_BRACKETS = 50
_SCALARS: dict[str, Callable[[str], Any]] = {
    "str": str,
    "int": int,
    "float": float,
    "bool": lambda text: text.lower() == "true",
    "null": lambda text: None,
    "timestamp": date.fromisoformat,
}


@dataclass
class Source:
    """The data of a file, the lines (from 1) of its keys and values by path, and what could not be read."""

    data: Any = None
    key_lines: dict[Path, int] = field(default_factory=dict)
    value_lines: dict[Path, int] = field(default_factory=dict)
    problems: list[tuple[int, Problem]] = field(default_factory=list)
    # Where something could not be read, so that nothing more need be said about it.
    unread: set[Path] = field(default_factory=set)

    def is_unread(self, problem: Problem) -> bool:
        """Whether a problem only follows from what could not be read."""
        path = problem.path
        return any(path == unread[: len(path)] or unread == path[: len(unread)] for unread in self.unread)

    def line(self, problem: Problem) -> int:
        """The line a problem is on: of its key, of its value, or of the nearest part around it."""
        path = problem.path
        first, second = (self.key_lines, self.value_lines)[:: 1 if problem.at_key else -1]
        while path and path not in self.value_lines:
            path = path[:-1]
        return first.get(path) or second.get(path) or 1


def read_source(text: str) -> Source:
    """Reads YAML. What is wrong with it as such is in `problems`; `data` is None if nothing could be read."""
    source = Source()
    if len(text) > MOST_CHARACTERS:
        message, remedy = _("the file is larger than any definition"), _("is it the right file?")
        source.problems.append((1, wrong(message, remedy)))
        return source
    if _depth(text) > MOST_BRACKETS:
        message, remedy = _("too many brackets stand inside one another"), _("is it the right file?")
        source.problems.append((1, wrong(message, remedy)))
        return source
    try:
        node = YAML(typ="safe", pure=True).compose(text)
    except MarkedYAMLError as error:
        source.problems.append(_explain(error, text))
        return source
    except YAMLError:
        message, remedy = (
            _("the file contains characters that are not text"),
            _("save it as plain UTF-8 text."),
        )
        source.problems.append((1, wrong(message, remedy)))
        return source
    if node is not None:
        source.data = _plain(node, (), source, set())
    if source.data is None and not source.problems:
        remedy = _("begin with `id: service.name`; `manage.py new_procedure` writes a beginning.")
        source.problems.append((1, wrong(_("the file is empty"), remedy)))
    return source


def _depth(text: str) -> int:
    """How deep brackets, and lines that are pushed in, stand inside one another."""
    deepest = depth = 0
    for sign in text:
        depth += (sign in "[{") - (sign in "]}")
        deepest = max(deepest, depth)
    return max(deepest, *(_indent(line) // 2 for line in text.splitlines()), text.count("- - "))


def _plain(node: Node, path: Path, source: Source, seen: set[int]) -> Any:
    line = node.start_mark.line + 1
    source.value_lines[path] = line
    if id(node) in seen:
        message = _("anchors (&) and aliases (*) are not used in definitions")
        source.problems.append((line, wrong(message, _("write it out again."))))
        source.unread.add(path)
        return None
    seen.add(id(node))
    if isinstance(node, MappingNode):
        return _mapping(node, path, source, seen)
    if isinstance(node, SequenceNode):
        return [_plain(item, (*path, at), source, seen) for at, item in enumerate(node.value)]
    assert isinstance(node, ScalarNode)  # noqa: S101 - there is no fourth kind
    return _scalar(node, path, source)


def _mapping(node: MappingNode, path: Path, source: Source, seen: set[int]) -> dict[Any, Any]:
    data: dict[Any, Any] = {}
    for key_node, value_node in node.value:
        line = key_node.start_mark.line + 1
        # A key is a name, whatever else YAML might make of it: 1, true, null.
        key = key_node.value if isinstance(key_node, ScalarNode) else None
        if key is None:
            message, remedy = (
                _("this key is not a name"),
                _("put text in quotes, and check brackets and colons."),
            )
            source.problems.append((line, wrong(message, remedy)))
            continue
        if key in data:
            message = _("“%(key)s” stands here twice, first in line %(first)s")
            first = source.key_lines[(*path, key)]
            source.problems.append((line, wrong(message, _("remove one of them."), key=key, first=first)))
            continue
        source.key_lines[(*path, key)] = line
        data[key] = _plain(value_node, (*path, key), source, seen)
    return data


def _scalar(node: ScalarNode, path: Path, source: Source) -> Any:
    kind = node.tag.rpartition(":")[2] if node.tag else "str"
    line = node.start_mark.line + 1
    if kind not in _SCALARS or not str(node.tag).startswith("tag:yaml.org,2002:"):
        message = _("“%(tag)s” is not used in definitions")
        source.problems.append((line, wrong(message, _("remove it, or put the text in quotes."), tag=node.tag)))
        source.unread.add(path)
        return None
    try:
        return _SCALARS[kind](node.value)
    except ValueError:
        message = _("“%(value)s” cannot be read")
        source.problems.append((line, wrong(message, _("put it in quotes, or correct it."), value=node.value[:40])))
        source.unread.add(path)
        return None


def _explain(error: MarkedYAMLError, text: str) -> tuple[int, Problem]:
    """The line and what a civil servant does about an error of YAML."""
    said = f"{error.context or ''} {error.problem or ''}"
    mark = (error.context_mark if "quoted scalar" in said else error.problem_mark) or error.context_mark
    at = mark.line if mark else 0
    line = "".join(text.splitlines()[at : at + 1])
    tabbed = "\t" in line[: _indent(line)]
    if "mapping values" in said and _indent(line) > _indent("".join(text.splitlines()[at - 1 : at])):
        said = "block"
    for sign, message, remedy in _EXPLAINED:
        if sign in said or (tabbed and sign == "\\t"):
            return at + 1, wrong(message, remedy)
    return at + 1, wrong(_("this is not YAML: %(said)s"), _("check this line and the one above."), said=said.strip())


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


# What the reader of YAML says, and what it means to the person who wrote the file; the first that fits.
_EXPLAINED = [
    ("\\t", _("the line is indented with a tab"), _("indent with spaces.")),
    (
        "mapping values are not allowed",
        _("there is a second colon in this line"),
        _('put a text that contains a colon in quotes: “en: "Time: morning"”.'),
    ),
    (
        "quoted scalar",
        _("a quotation mark is opened here and not closed"),
        _("close it, or put a text that contains an apostrophe in double quotes."),
    ),
    (
        "flow",
        _("a bracket is opened and not closed, or a comma is missing"),
        _("check {, }, [ and ] here and in the lines above; put a text that contains one in quotes."),
    ),
    ("single document", _("there are two definitions in one file"), _("write one file for each procedure.")),
    (
        "<scalar>",
        _("text is left over behind a closing quotation mark"),
        _("put a text that contains an apostrophe in double quotes."),
    ),
    (
        "block",
        _("the line is not indented like its neighbours"),
        _("let the keys of one part, and the dashes of one list, begin in the same column."),
    ),
    (
        "alias",
        _("a text begins with *, which means something else to YAML"),
        _("put the text in quotes."),
    ),
    (
        "cannot start any token",
        _("a text begins with a character that means something else to YAML"),
        _("put the text in quotes."),
    ),
]
