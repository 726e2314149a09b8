"""What a new version of a procedure may not change, because numbers, statistics and programs rely on it."""

from collections.abc import Iterator, Sequence

from .fields import FieldBase, GroupField
from .problems import Problem, _, wrong
from .procedure import Procedure


def forbidden_changes(old: Procedure, new: Procedure) -> list[Problem]:
    """What of `old`, which is published, must stay and yet differs in `new`. All else may change."""
    problems = [problem.within(("form",)) for problem in _types(old.form, new.form)]
    if new.number_prefix != old.number_prefix:
        message = _("the numbers of cases begin with “%(old)s” and would begin with “%(new)s”")
        remedy = _("write `prefix: %(old)s`, or give the procedure a new id.")
        problems.append(wrong(message, remedy, "prefix", old=old.number_prefix, new=new.number_prefix))
    for name in new.stages.keys() & old.stages.keys():
        if new.stages[name].final != old.stages[name].final:
            message = _("the stage “%(stage)s” was final and would no longer be")
            if new.stages[name].final:
                message = _("the stage “%(stage)s” was not final and would become so")
            remedy = _("leave it as it was and add a stage with another name.")
            problems.append(wrong(message, remedy, "stages", name, "final", stage=name))
    return problems


def _types(old: Sequence[FieldBase], new: Sequence[FieldBase]) -> Iterator[Problem]:
    """The fields whose answers would be of another kind than those already given."""
    before = {field.id: field for field in old}
    for at, field in enumerate(new):
        known = before.get(field.id)
        if known is None:
            continue
        if known.type != field.type:
            message = _("the field “%(field)s” was of the type %(old)s and would become %(new)s")
            remedy = _("leave it out and give the new field an id of its own.")
            yield wrong(message, remedy, at, "type", field=field.id, old=known.type, new=field.type)
        elif isinstance(known, GroupField) and isinstance(field, GroupField):
            if (known.repeat is None) != (field.repeat is None):
                message = _("the group “%(field)s” would be filled in several times instead of once, or the reverse")
                remedy = _("leave it out and give the new field an id of its own.")
                yield wrong(message, remedy, at, "repeat", field=field.id)
            yield from (problem.within((at, "fields")) for problem in _types(known.fields, field.fields))
