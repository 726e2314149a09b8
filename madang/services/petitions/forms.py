"""How the public list of petitions is narrowed."""

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from madang.kernel.analytics.queries.names import topics
from madang.kernel.portal.forms import InstitutionField


def _topics() -> list[tuple[str, str]]:
    name = "name_en" if get_language() == "en" else "name"
    return [("", str(_("All"))), *((one["code"], one[name]) for one in topics())]


class ListForm(forms.Form):
    """By words, institution, topic and state. What cannot be understood narrows nothing, and is said."""

    q = forms.CharField(label=_("Words"), required=False, max_length=200, widget=forms.TextInput({"type": "search"}))
    institution = InstitutionField(label=_("Institution"), required=False)
    topic = forms.ChoiceField(label=_("Topic"), required=False, choices=_topics)
    state = forms.ChoiceField(
        label=_("State"),
        required=False,
        choices=[("", _("All")), ("answered", _("Answered")), ("open", _("In progress"))],
    )
