"""Inputs of proposing a mandate: one form for each way in which somebody comes to act for another."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from madang.kernel.identity.models import Company, Person

from .models import Mandate
from .queries import scopes

Kind = Mandate.Kind
May = Mandate.May


def _email(label: Any, help_text: Any) -> forms.EmailField:
    return forms.EmailField(label=label, max_length=254, help_text=help_text)


def _scope() -> forms.MultipleChoiceField:
    return forms.MultipleChoiceField(
        label=_("Which services"),
        required=False,
        help_text=_("Tick none, and it holds for all of them."),
        widget=forms.CheckboxSelectMultiple,
    )


def _until(**rest: Any) -> forms.DateField:
    return forms.DateField(label=_("Last day"), widget=forms.DateInput, **rest)


class ProposalForm(forms.Form):
    """What every way has in common: who proposes, and the mandate that comes of it."""

    title: Any = ""
    lead: Any = ""

    def __init__(self, *args: Any, person: Person, companies: Mapping[int, Company], **rest: Any) -> None:
        super().__init__(*args, **rest)
        self.person, self.companies = person, companies
        if "scope" in self.fields:
            self.fields["scope"].choices = scopes()  # type: ignore[attr-defined]

    def mandate(self) -> Mandate:
        """The mandate that the form proposes, not yet saved."""
        raise NotImplementedError

    def _filled(self, **more: Any) -> Mandate:
        data = {name: self.cleaned_data[name] for name in ("may", "scope", "until", "licence") if name in self.fields}
        return Mandate(**data | more)


class _PowerForm(ProposalForm):
    """A power of attorney, or one for an administrative agent: both have an end."""

    to = _email(
        _("E-mail of the other"), _("They find the proposal on their page. You are not told whether they have one.")
    )
    kind = forms.ChoiceField(
        label=_("What kind of mandate"),
        choices=[
            (Kind.POWER, _("Power of attorney: for a parent, a spouse, a friend")),
            (Kind.AGENT, _("Mandate of an administrative agent, who does it as a profession")),
        ],
        initial=Kind.POWER,
        widget=forms.RadioSelect,
    )
    licence = forms.CharField(
        label=_("Registration number of the administrative agent"),
        max_length=40,
        required=False,
        help_text=_("Only for an administrative agent. It stands on everything they file."),
    )
    may = forms.ChoiceField(
        label=_("What may be done"), choices=May.choices, initial=May.FILE, widget=forms.RadioSelect
    )
    scope = _scope()
    until = _until(help_text=_("It ends by itself then. Both of you can end it earlier, at any time."))

    def __init__(self, *args: Any, **rest: Any) -> None:
        super().__init__(*args, **rest)
        self.fields["licence"].show_when = {"kind": [Kind.AGENT]}  # type: ignore[attr-defined]


class GiveForm(_PowerForm):
    """Somebody is to act for me."""

    title = _("Somebody acts for me")
    lead = _("They file and follow for you what you allow. You see everything they do, and can end it at once.")

    def mandate(self) -> Mandate:
        return self._filled(principal=self.person, kind=self.cleaned_data["kind"])


class TakeForm(_PowerForm):
    """I offer to act for somebody."""

    title = _("I act for somebody")
    lead = _("Nothing holds before they have accepted. They see everything you do, and can end it at once.")

    def mandate(self) -> Mandate:
        return self._filled(agent=self.person, kind=self.cleaned_data["kind"])


class ChildForm(ProposalForm):
    """I am a parent or guardian."""

    title = _("I act for my child")
    lead = _("As a parent or guardian, until the day before your child comes of age. Then it ends by itself.")
    name = forms.CharField(label=_("Name of the child"), max_length=100)
    born = forms.DateField(label=_("Date of birth"), widget=forms.DateInput)
    to = forms.EmailField(
        label=_("E-mail of the child"),
        max_length=254,
        required=False,
        help_text=_(
            "If your child has an account, they accept it there. If not, leave it empty: an officer confirms it."
        ),
    )

    def mandate(self) -> Mandate:
        stated = {"name": self.cleaned_data["name"], "born": self.cleaned_data["born"].isoformat()}
        return Mandate(agent=self.person, kind=Kind.CHILD, stated=stated)


class CompanyForm(ProposalForm):
    """I represent a company that nobody here represents yet."""

    title = _("I represent a company")
    lead = _("An officer compares it with the papers of the company. After that you appoint others yourself.")
    name = forms.CharField(label=_("Name of the company"), max_length=200)
    number = forms.CharField(label=_("Business registration number"), max_length=20)

    def mandate(self) -> Mandate:
        return Mandate(agent=self.person, kind=Kind.COMPANY, stated=self.cleaned_data)


class AppointForm(ProposalForm):
    """Somebody is to act for a company that I represent."""

    title = _("Somebody acts for my company")
    lead = _("They see the cases of the company that you allow, until you or they end it.")
    company = forms.ChoiceField(label=_("Company"))
    to = _email(
        _("E-mail of the other"), _("They find the proposal on their page. You are not told whether they have one.")
    )
    post = forms.ChoiceField(
        label=_("Post"), choices=Mandate.Post.choices, initial=Mandate.Post.EMPLOYEE, widget=forms.RadioSelect
    )
    may = forms.ChoiceField(
        label=_("What may be done"),
        choices=[(May.ALL, May.ALL.label), (May.READ, May.READ.label)],
        initial=May.ALL,
        widget=forms.RadioSelect,
    )
    scope = _scope()
    until = _until(required=False, help_text=_("Empty: until one of you ends it."))

    def __init__(self, *args: Any, **rest: Any) -> None:
        super().__init__(*args, **rest)
        self.fields["company"].choices = [(one.number, str(one)) for one in self.companies.values()]  # type: ignore[attr-defined]

    def mandate(self) -> Mandate:
        company = next(one for one in self.companies.values() if one.number == self.cleaned_data["company"])
        return self._filled(company=company, kind=Kind.COMPANY, post=self.cleaned_data["post"])


WAYS: dict[str, type[ProposalForm]] = {
    "give": GiveForm,
    "take": TakeForm,
    "child": ChildForm,
    "company": CompanyForm,
    "appoint": AppointForm,
}
