"""Reads a definition and tells everything that is wrong with it at once, with line and remedy."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from pydantic import ValidationError

from .answers import check
from .fields import FieldBase, parts_of
from .problems import Path, Problem, _, choose, wrong
from .procedure import Procedure
from .source import read_source
from .texts import LANGUAGES, TODAY
from .wording import explain, unknown_keys


@dataclass(frozen=True)
class World:
    """What a definition must agree with outside of itself. None: not known here, and not checked."""

    today: date
    languages: Sequence[str] = LANGUAGES
    # The service in whose folder the file lies.
    service: str | None = None
    kinds: Collection[str] | None = None
    institutions: Collection[str] | None = None


@dataclass(frozen=True)
class Reading:
    """A definition that was read: the procedure, or what to mend, by line."""

    procedure: Procedure | None
    problems: tuple[tuple[int, Problem], ...] = ()

    def lines(self, name: str, translate: Callable[[str], str] = _) -> list[str]:
        """`file:line: message — remedy` for each problem."""
        return [f"{name}:{line}: {problem.text(translate)}" for line, problem in self.problems]


def read(text: str, world: World) -> Reading:
    """Reads the text of a definition."""
    source = read_source(text)
    found = list(source.problems)
    procedure = None
    if source.data is not None:
        if isinstance(source.data, dict):
            procedure, problems = _validate(source.data, world)
        else:
            remedy = _("begin with `id: service.name`; `manage.py new_procedure` writes a beginning.")
            problems = [wrong(_("this is not a definition"), remedy)]
        found += [(source.line(problem), problem) for problem in problems if not source.is_unread(problem)]
    unique = dict.fromkeys((line, problem.text()) for line, problem in found)
    by_text = {(line, problem.text()): (line, problem) for line, problem in found}
    ordered = tuple(sorted((by_text[one] for one in unique), key=lambda one: one[0]))
    return Reading(None if ordered else procedure, ordered)


def _validate(data: dict[str, Any], world: World) -> tuple[Procedure | None, list[Problem]]:
    context = {"languages": tuple(world.languages)}
    try:
        procedure = Procedure.model_validate(data, context=context)
    except ValidationError as error:
        unknown = unknown_keys(error, data)
        if not unknown:
            return None, list(explain(error, data))
        # What stands beside an unknown key is told at once as well, not only after the key was mended.
        _procedure, more = _validate(_mended(data, {problem.path: problem for problem in unknown}), world)
        return None, [*unknown, *more]
    return procedure, [*_about_the_world(procedure, world), *_about_examples(procedure, world.today)]


def _mended(data: Any, unknown: Mapping[Path, Problem], at: Path = ()) -> Any:
    """The definition with unknown keys called what was probably meant, or left out."""
    if isinstance(data, list):
        return [_mended(part, unknown, (*at, place)) for place, part in enumerate(data)]
    if not isinstance(data, dict):
        return data
    mended = {}
    for key, part in data.items():
        problem = unknown.get((*at, key))
        name = problem.words.get("close") if problem else key
        if name and (name == key or name not in data):
            mended[name] = _mended(part, unknown, (*at, key))
    return mended


def _about_the_world(procedure: Procedure, world: World) -> list[Problem]:
    problems = []
    if world.service is not None and procedure.service != world.service:
        message = _("the id begins with “%(given)s”, but the file belongs to the service “%(service)s”")
        remedy = _("write `id: %(service)s.…`, or move the file.")
        problems.append(wrong(message, remedy, "id", given=procedure.service, service=world.service))
    for key, known in (("kinds", world.kinds), ("institutions", world.institutions)):
        for at, name in enumerate(getattr(procedure.offered_by, key)):
            if known is not None and name not in known:
                remedy, words = choose(name, sorted(known)[:200])
                message = _("no institution has “%(name)s” among its %(key)s")
                problems.append(wrong(message, remedy, "offered_by", key, at, name=name, key=key, **words))
    return problems


def _about_examples(procedure: Procedure, today: date) -> list[Problem]:
    problems = []
    for at, example in enumerate(procedure.examples):
        checked = check(procedure.form, dated(procedure.form, example, today), today)
        for place, why in checked.wrong.items():
            path = [int(step) if step.isdigit() else step for step in place.split(".")]
            message = _("the form refuses this example at “%(place)s”: %(t_why)s")
            words = {**why.words, "place": place, "t_why": why.message}
            problems.append(wrong(message, _("correct the example or the field."), "examples", at, *path, **words))
    return problems


def dated(form: Sequence[FieldBase], example: Any, today: date) -> Any:
    """An example with the day of today where it says `today` in a date."""
    if isinstance(example, list):
        return [dated(form, row, today) for row in example]
    if not isinstance(example, dict):
        return example
    fields = {field.id: field for field in form}
    filled = {}
    for name, answer in example.items():
        field = fields.get(name)
        if field is not None and field.type == "date" and answer == TODAY:
            answer = today.isoformat()
        elif field is not None and parts_of(field):
            answer = dated(parts_of(field), answer, today)
        filled[name] = answer
    return filled
