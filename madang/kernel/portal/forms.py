"""Inputs of the portal's own pages."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _


class PlaceWidget(forms.MultiWidget):
    """A point on the map: latitude and longitude in degrees."""

    labels = (_("Latitude"), _("Longitude"))

    def __init__(self) -> None:
        number = {"step": "0.000001"}
        widgets = {"lat": forms.NumberInput(number), "lon": forms.NumberInput(number)}
        super().__init__(widgets, {"data-kind": "map"})

    def decompress(self, value: tuple[float, float] | None) -> list[float | None]:
        return list(value) if value else [None, None]


class PlaceField(forms.MultiValueField):
    """(latitude, longitude), or nothing."""

    widget = PlaceWidget

    def __init__(self, **rest: object) -> None:
        fields = (forms.FloatField(min_value=-90, max_value=90), forms.FloatField(min_value=-180, max_value=180))
        super().__init__(fields, **rest)

    def compress(self, values: list[float]) -> tuple[float, float] | None:
        return (values[0], values[1]) if values else None


class StyleguideForm(forms.Form):
    """One field of each kind, for the style guide."""

    title = forms.CharField(label=_("Title"), max_length=100, help_text=_("In one line, so that others understand it."))
    kind = forms.ChoiceField(
        label=_("What is it about?"),
        choices=[("question", _("A question")), ("complaint", _("A complaint")), ("idea", _("An idea"))],
        widget=forms.RadioSelect,
    )
    text = forms.CharField(label=_("Your message"), max_length=2000, widget=forms.Textarea({"rows": 6}))
    topic = forms.ChoiceField(
        label=_("Topic"),
        choices=[("", _("Choose")), ("roads", _("Roads and transport")), ("housing", _("Housing"))],
        required=False,
    )
    channels = forms.MultipleChoiceField(
        label=_("How shall we tell you?"),
        choices=[("inbox", _("Inbox")), ("email", _("E-mail")), ("sms", _("Text message"))],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    seen_on = forms.DateField(label=_("When did you see it?"), required=False)
    place = PlaceField(label=_("Where is it?"), required=False, help_text=_("Press on the map, or enter the place."))
    files = forms.FileField(
        label=_("Files"),
        required=False,
        help_text=_("Pictures or documents, at most 10 MB each."),
        widget=forms.FileInput({"accept": "image/*,.pdf,.hwp,.hwpx", "data-most-bytes": 10 * 1024 * 1024}),
    )
    satisfaction = forms.ChoiceField(
        label=_("How satisfied are you with the answer?"),
        choices=[
            ("1", _("Very dissatisfied")),
            ("2", _("Dissatisfied")),
            ("3", _("Neither")),
            ("4", _("Satisfied")),
            ("5", _("Very satisfied")),
        ],
        widget=forms.RadioSelect({"data-kind": "rating"}),
        required=False,
    )
    is_public = forms.BooleanField(
        label=_("Others may read it"), required=False, help_text=_("Your name is never shown.")
    )
    agree = forms.BooleanField(label=_("I have read how my data is used"))


class PersonForm(forms.Form):
    """One of several people, for the style guide."""

    name = forms.CharField(label=_("Name"), max_length=100)
    born = forms.DateField(label=_("Date of birth"), required=False, initial=date(2000, 1, 1))


class EmptyForm(forms.Form):
    """A move that needs no words."""


def _text(label: Any, rows: int = 4, most: int = 20_000, required: bool = True, help_text: Any = "") -> forms.CharField:
    return forms.CharField(
        label=label, max_length=most, required=required, help_text=help_text, widget=forms.Textarea({"rows": rows})
    )


class AssignForm(forms.Form):
    """Who becomes responsible: a department, or an officer in it."""

    to = forms.ChoiceField(label=_("Department or officer"))

    def offer(self, case: Any, posts: Sequence[Any]) -> None:
        """Offers the departments of the case's institution, and the people who hold posts there."""
        self.departments = {f"d{one.pk}": one for one in case.institution.departments.all()}
        self.posts = {f"p{one.pk}": one for one in posts}
        people = [(key, f"{one.person} ({one.department or one.get_role_display()})") for key, one in self.posts.items()]
        places = [(key, str(one)) for key, one in self.departments.items()]
        self.fields["to"].choices = [("", _("Choose")), (_("Departments"), places), (_("People"), people)]  # type: ignore[attr-defined]

    def clean_to(self) -> tuple[Any, Any]:
        """(department, person), either of them None."""
        chosen = self.cleaned_data["to"]
        if chosen in self.departments:
            return self.departments[chosen], None
        return self.posts[chosen].department, self.posts[chosen].person


class TransferForm(forms.Form):
    """To which institution, and why."""

    institution = forms.CharField(
        label=_("Institution"),
        max_length=40,
        help_text=_("Its code; type part of the name to choose."),
        widget=forms.TextInput({"list": "institutions", "autocomplete": "off"}),
    )
    reason = _text(_("Why is it passed on?"), rows=3, most=2000)


class AskForm(forms.Form):
    """A question to the applicant."""

    question = _text(_("What should the applicant send or explain?"), help_text=_("The clock stops until the reply."))
    days = forms.IntegerField(label=_("Days to reply"), min_value=1, max_value=90, initial=10)


class ExtendForm(forms.Form):
    """More time, and why."""

    period = forms.CharField(label=_("How much longer"), max_length=12, help_text=_("For example 7d for seven days."))
    reason = _text(_("Why is more time needed?"), rows=3, most=2000)


class NoteForm(forms.Form):
    """A remark among officers."""

    text = _text(_("Note for colleagues"), rows=3, most=5000, help_text=_("The applicant never sees it."))


class AnswerForm(forms.Form):
    """The answer, as a draft or for good."""

    text = _text(_("Answer"), rows=12)
    stage = forms.ChoiceField(label=_("How the case ends"), required=False)
    state = forms.CharField(required=False, widget=forms.HiddenInput())


class SendBackForm(forms.Form):
    """What is to be changed in a proposed answer."""

    reason = _text(_("What should be changed?"), rows=3, most=2000)


class ReplyForm(forms.Form):
    """The applicant's reply to a question."""

    text = _text(_("Your reply"), rows=6)


class ConsentForm(forms.Form):
    """Yes or no to a further extension."""

    agree = forms.ChoiceField(
        label=_("Do you agree?"), choices=[("yes", _("Yes, I agree")), ("no", _("No"))], widget=forms.RadioSelect
    )


class RateForm(forms.Form):
    """Satisfaction with an answer."""

    score = forms.TypedChoiceField(
        label=_("How content are you with the answer?"),
        choices=[
            ("1", _("Not at all")),
            ("2", _("Little")),
            ("3", _("Partly")),
            ("4", _("Content")),
            ("5", _("Very content")),
        ],
        coerce=int,
        widget=forms.RadioSelect({"data-kind": "rating"}),
    )
    comment = _text(_("What was good, what was not?"), rows=3, most=2000, required=False)


class FollowUpForm(forms.Form):
    """What is still open after the first answer."""

    text = _text(_("What is still open?"), rows=6)


class WithdrawForm(forms.Form):
    """Taking a case back."""

    reason = _text(_("Why do you take it back?"), rows=2, most=2000, required=False)


APPLICANT: dict[str, type[forms.Form]] = {
    "reply": ReplyForm,
    "consent": ConsentForm,
    "rate": RateForm,
    "follow-up": FollowUpForm,
    "withdraw": WithdrawForm,
}
OFFICE: dict[str, type[forms.Form]] = {
    "assign": AssignForm,
    "transfer": TransferForm,
    "ask": AskForm,
    "extend": ExtendForm,
    "note": NoteForm,
    "answer": AnswerForm,
    "send-back": SendBackForm,
}

# What the page says when a move is done.
SAID: dict[str, Any] = {
    "assign": _("Assigned."),
    "take": _("The case is in your hands."),
    "transfer": _("Passed on. The applicant is told."),
    "ask": _("Asked. The clock is stopped until the reply."),
    "extend": _("Recorded. The applicant is told."),
    "note": _("Noted."),
    "answer": _("Saved."),
    "approve": _("Approved, and the answer has been sent."),
    "send-back": _("Sent back to its author."),
    "reply": _("Thank you. The office has your reply."),
    "consent": _("Thank you. The office knows your decision."),
    "rate": _("Thank you for the rating."),
    "follow-up": _("The office will answer once more."),
    "withdraw": _("Your case has been withdrawn."),
}


class FilingForm(forms.Form):
    """The last questions before a form is sent."""

    institution = forms.CharField(
        label=_("Institution"),
        max_length=40,
        required=False,
        help_text=_("Leave it empty, and it is sent where it belongs."),
    )
    is_public = forms.BooleanField(
        label=_("Others may read it"),
        required=False,
        help_text=_("Names, telephone numbers and addresses in it are hidden; your name is never shown."),
    )
    key = forms.IntegerField(widget=forms.HiddenInput())

    def __init__(self, *args: Any, choice: bool, **rest: Any) -> None:
        super().__init__(*args, **rest)
        if not choice:
            del self.fields["is_public"]
