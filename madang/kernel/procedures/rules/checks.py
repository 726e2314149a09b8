"""What a form must be beyond the shape of its fields: names, conditions, pages."""

from collections.abc import Mapping, Sequence

from pydantic import Field

from .fields import ChoiceField, ChoicesField, FieldBase, GroupField
from .problems import Problem, _, choose, wrong
from .texts import Localized, Name, Part


class Step(Part):
    """One page of a long form."""

    title: Localized = Field(description=_("The page's heading."))
    fields: tuple[Name, ...] = Field(
        min_length=1, max_length=100, description=_("The fields on the page, in the order of the form.")
    )


def check_form(fields: Sequence[FieldBase]) -> list[Problem]:
    """What is wrong with the fields of a form, or of a group. Paths start at the list of fields."""
    problems: list[Problem] = []
    places: dict[str, int] = {}
    for at, field in enumerate(fields):
        first = places.setdefault(field.id, at) + 1
        if first <= at:
            message, remedy = (
                _("fields %(first)s and %(second)s are both called “%(field)s”"),
                _("give each its own id."),
            )
            problems.append(wrong(message, remedy, at, "id", field=field.id, first=first, second=at + 1))
    for at, field in enumerate(fields):
        for other, answers in field.when.items():
            found = _check_condition(fields, places, at, other, answers)
            problems += [problem.within((at, "when", other)) for problem in found]
        if field.secret and (field.type in ("place", "file") or field.id == "title"):
            message = _("“%(field)s” cannot be secret: titles, places and files are seen in lists and on maps")
            problems.append(wrong(message, _("ask for it in a field of another type."), at, "secret", field=field.id))
        if isinstance(field, GroupField):
            problems += [found.within((at, "fields")) for found in check_form(field.fields)]
    return problems


def _check_condition(
    fields: Sequence[FieldBase], places: Mapping[str, int], at: int, other: str, answers: Sequence[str | bool]
) -> list[Problem]:
    if other not in places:
        remedy, words = choose(other, [field.id for field in fields[:at]])
        message = _("`when` looks at “%(other)s”, which is not a field here")
        return [wrong(message, remedy, at_key=True, other=other, **words)]
    if places[other] == at:
        return [wrong(_("`when` looks at the field itself"), _("name an earlier field."), at_key=True)]
    if places[other] > at:
        message = _("`when` looks at “%(other)s”, which is asked later")
        remedy = _("move “%(other)s” before “%(field)s”.")
        return [wrong(message, remedy, at_key=True, field=fields[at].id, other=other)]
    source = fields[places[other]]
    if source.type == "yesno":
        remedy = _("it is a yesno field: write true or false.")
        return [
            wrong(_("“%(answer)s” is not an answer to “%(other)s”"), remedy, answer=answer, other=other)
            for answer in answers
            if not isinstance(answer, bool)
        ]
    if not isinstance(source, (ChoiceField, ChoicesField)):
        message = _("`when` cannot look at “%(other)s”, a field of the type %(type)s")
        remedy = _("let it depend on a field of the type choice, choices or yesno.")
        return [wrong(message, remedy, at_key=True, other=other, type=source.type)]
    problems = []
    for answer in answers:
        if answer not in source.values:
            remedy, words = choose(answer, source.values)
            message = _("“%(answer)s” is not an answer to “%(other)s”")
            problems.append(wrong(message, remedy, answer=answer, other=other, **words))
    return problems


def check_steps(steps: Sequence[Step], form: Sequence[FieldBase]) -> list[Problem]:
    """What is wrong with the pages: each field is on one, in the order of the form. Paths start there."""
    order = [field.id for field in form]
    problems: list[Problem] = []
    seen: list[str] = []
    for at, position, name in [(a, p, name) for a, step in enumerate(steps) for p, name in enumerate(step.fields)]:
        path = (at, "fields", position)
        if name not in order:
            remedy, words = choose(name, order)
            problems.append(wrong(_("there is no field “%(field)s”"), remedy, *path, field=name, **words))
            continue
        if name in seen:
            problems.append(wrong(_("“%(field)s” stands on two pages"), _("remove it from one."), *path, field=name))
            continue
        if seen and order.index(name) < order.index(seen[-1]):
            message = _("“%(field)s” comes before “%(before)s” in the form")
            remedy = _("put both in the same order in `form` and in `steps`.")
            problems.append(wrong(message, remedy, *path, field=name, before=seen[-1]))
        seen.append(name)
    if not problems:
        message, remedy = _("no page shows the field “%(field)s”"), _("add it to the `fields` of one.")
        problems += [wrong(message, remedy, field=name) for name in order if steps and name not in seen]
    return problems
