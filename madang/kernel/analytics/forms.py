"""What the figures may be asked for: by people, by programs, always with the same words."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from madang.kernel.common.errors import Invalid
from madang.kernel.institutions.models import Institution
from madang.kernel.procedures.queries import catalogue

from .contracts import Filters
from .queries.figures import a_year
from .queries.names import label, service_label, topics
from .queries.places import district_of, districts

LONGEST_YEARS = 10
Choices = list[tuple[Any, Any]]


class FiguresForm(forms.Form):
    """`from` and `until` are days; left out: the last twelve months. The rest narrows; left out: everything."""

    institution = forms.CharField(
        label=_("Institution"), required=False, max_length=160, widget=forms.TextInput({"list": "institutions"})
    )
    topic = forms.CharField(label=_("Topic"), required=False, max_length=60, widget=forms.Select)
    procedure = forms.CharField(label=_("Service"), required=False, max_length=80, widget=forms.Select)
    division = forms.CharField(label=_("Place"), required=False, max_length=10, widget=forms.Select)

    def __init__(self, data: Mapping[str, Any]) -> None:
        super().__init__(
            {name: data.get(name) for name in ("institution", "topic", "procedure", "division", "from", "until")}
        )
        # `from` is no name that Python lets a class have.
        self.fields["from"] = forms.DateField(label=_("From"), required=False)
        self.fields["until"] = forms.DateField(label=_("Until"), required=False)
        for name, choices in (("topic", _topics()), ("procedure", _procedures()), ("division", _divisions())):
            self.fields[name].widget.choices = choices

    def filters(self) -> Filters:
        """What was asked for. Raises Invalid, naming the fields, when there is no such thing."""
        if not self.is_valid():
            raise Invalid(fields={name: [str(one) for one in errors] for name, errors in self.errors.items()})
        asked = self.cleaned_data
        return Filters(
            since=asked["from"],
            until=asked["until"],
            institution=asked["institution"] and asked["institution"].pk,
            procedure=asked["procedure"],
            topic=asked["topic"],
            division=asked["division"],
        )

    def said(self, name: str) -> str:
        """What was entered in a field, in the words of its list."""
        value = str(self.data.get(name) or "")
        for key, label_ in getattr(self.fields[name].widget, "choices", []):
            for one, words in label_ if isinstance(label_, list) else [(key, label_)]:
                if one == value:
                    return str(words)
        return value

    def clean_institution(self) -> Institution | None:
        """By its code or its name, in either language."""
        said = self.cleaned_data["institution"].strip()
        if not said:
            return None
        found = Institution.objects.filter(Q(code=said) | Q(name=said) | Q(name_en__iexact=said)).order_by("pk").first()
        if found is None:
            raise forms.ValidationError(_("There is no institution of this name or code. Choose one from the list."))
        return found

    def clean_topic(self) -> str:
        return self._one_of("topic", _("There is no such topic. Choose one from the list."))

    def clean_procedure(self) -> str:
        return self._one_of("procedure", _("There is no such service. Choose one from the list."))

    def clean_division(self) -> str:
        """A province or a district; what lies within a district is told with it."""
        said: str = self.cleaned_data["division"]
        district = district_of(said)
        if said and not district:
            raise forms.ValidationError(_("There is no such place. Choose one from the list."))
        return district

    def clean(self) -> dict[str, Any]:
        asked = super().clean() or {}
        first, last = a_year()
        until = asked.get("until") or last
        since = asked.get("from") or min(first, until.replace(day=1))
        if "from" not in self.errors and "until" not in self.errors:
            if since > until:
                self.add_error("from", _("The first day is after the last. Turn them round."))
            elif (until - since).days > LONGEST_YEARS * 366:
                self.add_error("from", _("Choose at most ten years."))
        return asked | {"from": since, "until": until}

    def _one_of(self, name: str, complaint: Any) -> str:
        said: str = self.cleaned_data[name]
        if said and said not in _values(self.fields[name].widget.choices):
            raise forms.ValidationError(complaint)
        return said


def _topics() -> Choices:
    return [("", _("All topics"))] + [(one["code"], label(one["name"], one["name_en"])) for one in topics()]


def _procedures() -> Choices:
    """Each service as a whole, then its procedures."""
    services: dict[str, Choices] = {}
    for one in catalogue(get_language() or ""):
        services.setdefault(one.service, []).append((one.id, one.title))
    return [("", _("All services"))] + [
        (name, [(service, _("%(service)s: all of it") % {"service": name}), *found])
        for service, found in services.items()
        for name in [service_label(service)]
    ]


def _divisions() -> Choices:
    """Each province, with its districts."""
    provinces: dict[str, Choices] = {}
    for one in districts():
        if one.parent:
            provinces.setdefault(str(one.parent), [(one.parent.code, str(one.parent))]).append((one.code, str(one)))
    return [("", _("The whole country")), *provinces.items()]


def _values(choices: Choices) -> set[str]:
    return {
        value
        for key, label in choices
        for value in ([one for one, _label in label] if isinstance(label, list) else [key])
    }
