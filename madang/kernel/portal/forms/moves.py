"""What can be entered on the page of a case, by its applicant and by the office."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from madang.kernel.common.wording import say_period
from madang.kernel.common.worktime import Period
from madang.kernel.documents.forms import FilesField
from madang.kernel.identity.models import Person

from .fields import InstitutionField


class MoveForm(forms.Form):
    """One thing that happens to a case. Each has ids of its own on the page; files belong to `person`."""

    move = ""
    # What actions call a field, where the form calls it otherwise.
    CALLED: dict[str, str] = {}

    def __init__(self, data: Any = None, *, person: Person | None = None, **rest: Any) -> None:
        super().__init__(data, auto_id=f"{self.move}-%s", **rest)
        for field in self.fields.values():
            if isinstance(field, FilesField):
                field.person = field.widget.person = person


class EmptyForm(MoveForm):
    """A move that needs no words."""


def _text(label: Any, rows: int = 4, most: int = 20_000, required: bool = True, help_text: Any = "") -> forms.CharField:
    return forms.CharField(
        label=label, max_length=most, required=required, help_text=help_text, widget=forms.Textarea({"rows": rows})
    )


class AssignForm(MoveForm):
    """Who becomes responsible: a department, or an officer in it."""

    move = "assign"
    CALLED = {"department": "to"}
    to = forms.ChoiceField(label=_("Department or officer"))

    def offer(self, case: Any, posts: Sequence[Any]) -> None:
        """Offers the departments of the case's institution, and the people who hold posts there."""
        self.departments = {f"d{one.pk}": one for one in case.institution.departments.all()}
        self.posts = {f"p{one.pk}": one for one in posts}
        people = [
            (key, f"{one.person} ({one.department or one.get_role_display()})") for key, one in self.posts.items()
        ]
        places = [(key, str(one)) for key, one in self.departments.items()]
        self.fields["to"].choices = [("", _("Choose")), (_("Departments"), places), (_("People"), people)]  # type: ignore[attr-defined]

    def clean_to(self) -> tuple[Any, Any]:
        """(department, person), either of them None."""
        chosen = self.cleaned_data["to"]
        if chosen in self.departments:
            return self.departments[chosen], None
        return self.posts[chosen].department, self.posts[chosen].person


class TransferForm(MoveForm):
    """To which institution, and why."""

    move = "transfer"
    CALLED = {"to": "institution"}
    institution = InstitutionField(label=_("Institution"), help_text=_("Type part of its name and choose."))
    reason = _text(
        _("Why is it passed on?"), rows=3, most=2000, help_text=_("The applicant and the next office read it.")
    )


class AskForm(MoveForm):
    """A question to the applicant."""

    move = "ask"
    question = _text(_("What should the applicant send or explain?"), help_text=_("The clock stops until the reply."))
    days = forms.IntegerField(label=_("Days to reply"), min_value=1, max_value=90, initial=10)


class ExtendForm(MoveForm):
    """More time, and why. The unit is the one in which the procedure counts."""

    move = "extend"
    unit = "d"
    LABELS = {
        "h": _("How many working hours more"),
        "d": _("How many days more"),
        "w": _("How many weeks more"),
        "m": _("How many months more"),
        "y": _("How many years more"),
        "cd": _("How many calendar days more"),
    }
    period = forms.IntegerField(label=LABELS["d"], min_value=1)
    reason = _text(_("Why is more time needed?"), rows=3, most=2000, help_text=_("The applicant reads it."))

    def offer(self, period: Period, hours_at_once: int) -> None:
        """Counts in the unit of the running `period`, up to its own length; "immediately" is so many working hours."""
        if period.unit == "immediately":
            period = Period(hours_at_once, "h")
        self.unit = period.unit
        field = self.fields["period"]
        field.label = self.LABELS[period.unit]
        field.help_text = _now("At most %(most)s: as long as the period itself.") % {"most": say_period(period)}
        field.widget.attrs |= {"max": period.amount, "inputmode": "numeric"}
        field.initial = period.amount

    def clean_period(self) -> str:
        """The extension as the law writes it: 7d."""
        return str(Period(min(self.cleaned_data["period"], 10_000), self.unit))


class AdvanceForm(MoveForm):
    """The next stage, and why."""

    move = "advance"
    to = forms.ChoiceField(label=_("Next stage"))
    reason = _text(_("Why?"), rows=3, most=2000, required=False, help_text=_("Applicant and office read it."))

    def offer(self, stages: Sequence[tuple[str, str]], needs_reason: bool) -> None:
        """Offers these stages (name, label); `needs_reason`: each of them wants one."""
        self.fields["to"].choices = list(stages)  # type: ignore[attr-defined]
        self.fields["reason"].required = needs_reason


class NoteForm(MoveForm):
    """A remark among officers."""

    move = "note"
    text = _text(_("Note for colleagues"), rows=3, most=5000, help_text=_("The applicant never sees it."))


class AnswerForm(MoveForm):
    """The answer, as a draft or for good."""

    move = "answer"
    text = _text(_("What you answer"), rows=12)
    # The data of a form instance has this name as well.
    files = FilesField(  # type: ignore[assignment]
        person=None, label=_("Files"), required=False, help_text=_("The applicant gets them together with the answer.")
    )
    stage = forms.ChoiceField(label=_("How the case ends"), required=False)
    state = forms.CharField(required=False, widget=forms.HiddenInput())


class SendBackForm(MoveForm):
    """What is to be changed in a proposed answer."""

    move = "send-back"
    reason = _text(_("What should be changed?"), rows=3, most=2000)


class ReplyForm(MoveForm):
    """The applicant's reply to a question, with papers."""

    move = "reply"
    text = _text(_("Your reply"), rows=6)
    files = FilesField(person=None, label=_("Files"), required=False)  # type: ignore[assignment]


class ConsentForm(MoveForm):
    """Yes or no to a further extension."""

    move = "consent"
    agree = forms.ChoiceField(
        label=_("Do you agree?"), choices=[("yes", _("Yes, I agree")), ("no", _("No"))], widget=forms.RadioSelect
    )


class RateForm(MoveForm):
    """Satisfaction with an answer."""

    move = "rate"
    score = forms.TypedChoiceField(
        label=_("How satisfied are you with the answer?"),
        choices=[
            ("1", _("Very dissatisfied")),
            ("2", _("Dissatisfied")),
            ("3", _("Neither")),
            ("4", _("Satisfied")),
            ("5", _("Very satisfied")),
        ],
        coerce=int,
        widget=forms.RadioSelect({"data-kind": "rating"}),
    )
    comment = _text(_("What was good, what was not?"), rows=3, most=2000, required=False)


class FollowUpForm(MoveForm):
    """What is still open after the first answer."""

    move = "follow-up"
    text = _text(_("What is still open?"), rows=6)


class WithdrawForm(MoveForm):
    """Taking a case back."""

    move = "withdraw"
    reason = _text(_("Why do you take it back?"), rows=2, most=2000, required=False)


class UnmaskForm(MoveForm):
    """Which secret answer an officer reads, and why."""

    move = "unmask"
    field = forms.ChoiceField(label=_("Secret answer"), widget=forms.RadioSelect)
    reason = _text(_("Why do you need to read it?"), rows=2, most=2000, help_text=_("The applicant is told."))


class HoldForm(MoveForm):
    """Why a case must not be destroyed."""

    move = "hold"
    reason = _text(_("Why must the case be kept?"), rows=2, most=2000)


class LiftForm(MoveForm):
    """Why it need not be kept any longer."""

    move = "lift"
    reason = _text(_("Why need it not be kept any longer?"), rows=2, most=2000)


APPLICANT = (AdvanceForm, ReplyForm, ConsentForm, RateForm, FollowUpForm, WithdrawForm)
OFFICE = (AdvanceForm, AssignForm, TransferForm, AskForm, ExtendForm, AnswerForm, SendBackForm)
# What an office does with closed cases as well.
ALWAYS = (NoteForm, UnmaskForm, HoldForm, LiftForm)
