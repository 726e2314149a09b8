"""A filled-in form, checked the same way whether it comes from a page, a program, a file or an example."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from .fields import FieldBase, parts_of, repeat_of
from .problems import _, choose
from .values import READERS, REQUIRED, Wrong

# All answers of a form together, in characters: far more than anybody types, far less than hurts.
MOST_CHARACTERS = 300_000
# Where a plain text goes that is sent for an answer of several parts.
_WHOLE = {"address": "street", "place": "address", "people": "name"}


@dataclass
class Checked:
    """What can be kept of a form, and why the rest cannot, by the path of the field: `members.1.name`."""

    data: dict[str, Any] = field(default_factory=dict)
    wrong: dict[str, Wrong] = field(default_factory=dict)


def is_asked(one: FieldBase, answers: Mapping[str, Any]) -> bool:
    """Whether a field is asked, given the answers to the fields before it."""
    for other, wanted in one.when.items():
        given = answers.get(other)
        if not any(answer in wanted for answer in (given if isinstance(given, list) else [given])):
            return False
    return True


def check(
    form: Sequence[FieldBase],
    data: Any,
    today: date,
    *,
    complete: bool = True,
    before: Mapping[str, Any] | None = None,
) -> Checked:
    """Checks the answers to a form, or to one page of it given the answers `before`.

    Answers to fields that are not asked are dropped; unknown names are refused. `complete=False` for a form that
    is still being written: missing answers are no fault.
    """
    if not isinstance(data, Mapping):
        return Checked(wrong={"form": Wrong(_("Send the answers as an object with a name for each field."))})
    if _size(data) > MOST_CHARACTERS:
        return Checked(wrong={"form": Wrong(_("This is too long. Attach long texts as files."))})
    return _check(form, data, today, complete, before or {})


def _check(
    form: Sequence[FieldBase], data: Mapping[Any, Any], today: date, complete: bool, before: Mapping[str, Any]
) -> Checked:
    checked = Checked()
    known = {one.id for one in form}
    for name in data:
        if name not in known:
            checked.wrong[str(name)[:40]] = _unknown(str(name)[:40], known)
    for one in form:
        if not is_asked(one, {**before, **checked.data}):
            continue
        value = data.get(one.id)
        inside: dict[str, Wrong] = {}
        try:
            answer = None if value is None else _answer(one, value, today, complete, inside)
            if answer is None and one.required and complete and not inside:
                raise Wrong(REQUIRED)
        except Wrong as wrong:
            checked.wrong[one.id] = wrong
            continue
        checked.wrong |= {f"{one.id}.{path}": wrong for path, wrong in inside.items()}
        if answer is not None:
            checked.data[one.id] = answer
    return checked


def _answer(one: FieldBase, value: Any, today: date, complete: bool, inside: dict[str, Wrong]) -> Any:
    if not parts_of(one):
        return READERS[one.type](one, value, today)
    repeat = repeat_of(one)
    if repeat is None:
        return _parts(one, value, today, complete, "", inside)
    if not isinstance(value, (list, tuple)):
        raise Wrong(_("Send a list here."))
    if len(value) > repeat.max:
        raise Wrong(_("At most %(most)s can be entered."), most=repeat.max)
    rows = [_parts(one, row, today, complete, f"{at}.", inside) for at, row in enumerate(value)]
    given = [row for row in rows if row]
    if complete and len(given) < repeat.min and not inside:
        raise Wrong(REQUIRED if repeat.min == 1 else _("Enter at least %(least)s."), least=repeat.min)
    return given or None


def _parts(
    one: FieldBase, value: Any, today: date, complete: bool, path: str, inside: dict[str, Wrong]
) -> dict[str, Any] | None:
    if isinstance(value, str) and one.type in _WHOLE:
        value = {_WHOLE[one.type]: value}
    if not isinstance(value, Mapping):
        inside[path.rstrip(".") or "form"] = Wrong(_("Send an object here."))
        return None
    checked = _check(parts_of(one), value, today, complete, {})
    if one.type == "place" and ("lat" in checked.data) != ("lon" in checked.data):
        missing = "lon" if "lat" in checked.data else "lat"
        checked.wrong.setdefault(missing, Wrong(_("A point on the map needs latitude and longitude.")))
    # A part that nobody began to fill in lacks nothing.
    if not checked.data and all(wrong.message == REQUIRED for wrong in checked.wrong.values()):
        return None
    inside |= {path + name: wrong for name, wrong in checked.wrong.items()}
    return checked.data or None


def _unknown(name: str, known: set[str]) -> Wrong:
    _remedy, words = choose(name, sorted(known))
    if "close" in words:
        return Wrong(_("There is no field of this name. Did you mean “%(close)s”?"), **words)
    return Wrong(_("There is no field of this name. Leave it out."))


def _size(data: Any) -> int:
    """About how many characters the answers have; stops counting when it is too many."""
    size, rest = 0, [data]
    while rest and size <= MOST_CHARACTERS:
        value = rest.pop()
        size += len(value) if isinstance(value, str) else 8
        if isinstance(value, Mapping):
            size += sum(len(key) if isinstance(key, str) else 8 for key in value)
            rest.extend(value.values())
        elif isinstance(value, (list, tuple)):
            rest.extend(value)
    return size
