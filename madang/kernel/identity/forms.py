"""Inputs of signing in and registering."""

from typing import Any

from allauth.account.forms import LoginForm, SignupForm
from allauth.core.internal.cryptokit import normalize_user_code
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base.forms import AuthenticateForm, BaseAuthenticateForm, ReauthenticateForm
from allauth.mfa.webauthn.forms import AddWebAuthnForm
from django import forms
from django.contrib.auth.hashers import make_password
from django.core.cache import cache
from django.utils.translation import gettext_lazy as _


class SignInForm(LoginForm):
    """Login and password; how often one may try is decided by the library, for all processes together."""

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["login"] = forms.CharField(
            label=_("E-mail"), max_length=254, widget=forms.TextInput({"autocomplete": "username webauthn"})
        )
        self.fields["password"] = forms.CharField(
            label=_("Password"),
            max_length=200,
            strip=False,
            widget=forms.PasswordInput({"autocomplete": "current-password"}),
        )


class RegistrationForm(SignupForm):
    """What a person tells of themselves to have an account."""

    field_order = ["name", "email", "phone", "password1"]

    name = forms.CharField(label=_("Name"), max_length=100, widget=forms.TextInput({"autocomplete": "name"}))
    phone = forms.CharField(
        label=_("Telephone"),
        max_length=30,
        required=False,
        widget=forms.TextInput({"type": "tel", "autocomplete": "tel"}),
    )

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["email"].label = _("E-mail")
        self.fields["email"].help_text = _("You sign in with it, and get word by it.")
        self.fields["password1"].help_text = _("At least 8 characters that nobody guesses: three words are good.")
        for field in self.fields.values():
            field.widget.attrs.pop("placeholder", None)

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean()
        if self.account_already_exists:
            # Otherwise the answer would come sooner, and tell that this e-mail has an account.
            make_password(data.get("password1"))
        return data


# A code is accepted for half a minute, and for as long before and after it by clocks that are not right.
CODES_LIVE = 120


class _OnceOnly(BaseAuthenticateForm):
    """A code of the app or a recovery code: good once, as long as it would be good (RFC 6238, 5.2)."""

    def clean_code(self) -> str:
        code: str = super().clean_code()
        if not cache.add(f"identity.code {self.user.pk} {normalize_user_code(code)}", "used", timeout=CODES_LIVE):
            raise get_adapter().validation_error("incorrect_code")
        return code


class CodeForm(_OnceOnly, AuthenticateForm):
    """The code at the door."""


class CodeAgainForm(_OnceOnly, ReauthenticateForm):
    """The same for who is in already, and shows once more that it is they."""


class PasskeyForm(AddWebAuthnForm):
    """A new passkey. Most open with a finger or a PIN, and then need no password beside them."""

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["name"].label = _("What do you call this key?")
        passwordless = self.fields["passwordless"]
        passwordless.initial = True
        passwordless.label = _("Sign in with this key alone, without a password")
        passwordless.help_text = _("The key must then open with your finger, your face or a PIN.")


class TokenForm(forms.Form):
    """A new access token."""

    name = forms.CharField(label=_("What is it for?"), max_length=100)
