"""Inputs of signing in and registering."""

from django import forms
from django.utils.translation import gettext_lazy as _


class SignInForm(forms.Form):
    """Login and password; how often one may try is decided by the action."""

    login = forms.CharField(label=_("E-mail"), max_length=254, widget=forms.TextInput({"autocomplete": "username"}))
    password = forms.CharField(
        label=_("Password"),
        max_length=200,
        strip=False,
        widget=forms.PasswordInput({"autocomplete": "current-password"}),
    )


class RegistrationForm(forms.Form):
    """What a person tells of themselves to have an account."""

    name = forms.CharField(label=_("Name"), max_length=100, widget=forms.TextInput({"autocomplete": "name"}))
    login = forms.EmailField(
        label=_("E-mail"),
        max_length=254,
        help_text=_("You sign in with it, and get word by it."),
        widget=forms.EmailInput({"autocomplete": "email"}),
    )
    phone = forms.CharField(
        label=_("Telephone"),
        max_length=30,
        required=False,
        widget=forms.TextInput({"type": "tel", "autocomplete": "tel"}),
    )
    password = forms.CharField(
        label=_("Password"),
        max_length=200,
        strip=False,
        help_text=_("At least 8 characters that nobody guesses: three words are good."),
        widget=forms.PasswordInput({"autocomplete": "new-password"}),
    )


class TokenForm(forms.Form):
    """A new access token."""

    name = forms.CharField(label=_("What is it for?"), max_length=100)
