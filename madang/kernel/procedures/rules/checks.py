"""What a form must be beyond the shape of its fields: each name once, conditions that can be met, steps that add up."""

from collections.abc import Mapping, Sequence

from pydantic import Field

from .fields import ChoiceField, ChoicesField, FieldBase, GroupField
from .problems import Problem, _, choose
from .texts import Localized, Name, Part


class Step(Part):
    """One page of a long form."""

    title: Localized = Field(description=_("The page's heading."))
    fields: tuple[Name, ...] = Field(
        min_length=1, description=_("The fields on the page, in the order of the form.")
    )


def check_form(fields: Sequence[FieldBase]) -> list[Problem]:
    """What is wrong with the fields of a form, or of a group. Paths start at the list of fields."""
    problems: list[Problem] = []
    places: dict[str, int] = {}
    for at, field in enumerate(fields):
        if field.id in places:
            words = {"field": field.id, "first": places[field.id] + 1, "second": at + 1}
            message = _("fields %(first)s and %(second)s are both called “%(field)s”")
            problems.append(Problem(message, _("give each its own id."), (at, "id"), words))
        places.setdefault(field.id, at)
    for at, field in enumerate(fields):
        for other, answers in field.when.items():
            problems += [
                found.within((at, "when")) for found in _check_condition(fields, places, at, other, answers)
            ]
        if isinstance(field, GroupField):
            problems += [found.within((at, "fields")) for found in check_form(field.fields)]
    return problems


def _check_condition(
    fields: Sequence[FieldBase],
    places: Mapping[str, int],
    at: int,
    other: str,
    answers: tuple[str | bool, ...],
) -> list[Problem]:
    words: dict[str, object] = {"field": fields[at].id, "other": other}
    if other not in places:
        remedy, hint = choose(other, [field.id for field in fields[:at]])
        return [
            Problem(
                _("`when` looks at “%(other)s”, which is not a field here"),
                remedy,
                (other,),
                hint | words,
                at_key=True,
            )
        ]
    if places[other] >= at:
        message = _("`when` looks at “%(other)s”, which is asked later")
        remedy = _("move “%(other)s” before “%(field)s”.")
        if places[other] == at:
            message, remedy = _("`when` looks at the field itself"), _("name an earlier field.")
        return [Problem(message, remedy, (other,), words, at_key=True)]
    source = fields[places[other]]
    if source.type == "yesno":
        possible: tuple[str | bool, ...] = (True, False)
        remedy, hint = _("“%(other)s” is a yesno field: write true or false."), {}
    elif isinstance(source, (ChoiceField, ChoicesField)):
        possible = source.values
        remedy, hint = "", {}
    else:
        remedy = _("let it depend on a field of the type choice, choices or yesno.")
        words |= {"type": source.type}
        return [
            Problem(
                _("`when` cannot look at “%(other)s”, a field of the type %(type)s"),
                remedy,
                (other,),
                words,
                at_key=True,
            )
        ]
    problems = []
    for answer in answers:
        # 1 == True: the types must agree as well.
        if not any(answer is one or (isinstance(one, str) and answer == one) for one in possible):
            if not remedy:
                remedy, hint = choose(answer, [str(one) for one in possible])
            message = _("“%(answer)s” is not an answer to “%(other)s”")
            problems.append(Problem(message, remedy, (other,), words | hint | {"answer": answer}))
    return problems


def check_steps(steps: Sequence[Step], form: Sequence[FieldBase]) -> list[Problem]:
    """What is wrong with the pages: each field stands on one page, in the order of the form. Paths start at `steps`."""
    order = [field.id for field in form]
    placed = [
        (at, position, name) for at, step in enumerate(steps) for position, name in enumerate(step.fields)
    ]
    problems: list[Problem] = []
    seen: list[str] = []
    for at, position, name in placed:
        path = (at, "fields", position)
        if name not in order:
            remedy, words = choose(name, order)
            problems.append(
                Problem(_("there is no field “%(field)s”"), remedy, path, words | {"field": name})
            )
        elif name in seen:
            problems.append(
                Problem(_("“%(field)s” stands in two steps"), _("remove it from one."), path, {"field": name})
            )
        elif seen and order.index(name) < order.index(seen[-1]):
            words = {"field": name, "before": seen[-1]}
            remedy = _("put both in the same order in `form` and in `steps`.")
            problems.append(
                Problem(_("“%(field)s” comes before “%(before)s” in the form"), remedy, path, words)
            )
        if name in order and name not in seen:
            seen.append(name)
    for name in order:
        if steps and name not in seen:
            remedy = _("add it to the `fields` of one.")
            problems.append(Problem(_("no step shows the field “%(field)s”"), remedy, (), {"field": name}))
    return problems
