"""The inputs of the style guide: one field of each kind."""

from datetime import date

from django import forms
from django.utils.translation import gettext_lazy as _

from .fields import PlaceField


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
    files = forms.FileField(  # type: ignore[assignment]
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
