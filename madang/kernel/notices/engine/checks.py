"""Operational mistakes about messages, found by `manage.py check`."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register

from . import sms

_NOT_SENDING = ("filebased", "console", "locmem", "dummy")


@register()
def provider_exists(**_options: Any) -> list[CheckMessage]:
    """SMS_PROVIDER names a provider there is."""
    if not sms.provider() or sms.provider() in sms.PROVIDERS:
        return []
    known = ", ".join(sorted(sms.PROVIDERS))
    return [
        Error(
            f"SMS_PROVIDER is “{sms.provider()}”, which is no provider of text messages.",
            hint=f"Set it to one of: {known}; or leave it out, then no text messages are offered.",
            id="notices.E001",
        )
    ]


@register(Tags.security, deploy=True)
def messages_leave(**_options: Any) -> list[CheckMessage]:
    """In production, e-mail and text messages are really sent, and their links lead here."""
    if settings.DEMO:
        return []
    found: list[CheckMessage] = []
    if any(name in settings.EMAIL_BACKEND for name in _NOT_SENDING):
        found.append(
            Warning(
                "E-mail is not sent but only put aside.",
                hint="Set EMAIL_URL, for example smtp+tls://user:password@mail.example.org:587",
                id="notices.W001",
            )
        )
    if sms.provider() == "demo":
        found.append(
            Warning(
                "Text messages are not sent but only shown in the back office.",
                hint="Set SMS_PROVIDER to a real provider, or leave it out.",
                id="notices.W002",
            )
        )
    if not getattr(settings, "SITE_URL", "").startswith("https://"):
        found.append(
            Warning(
                "The links in e-mails and text messages do not lead to this site.",
                hint="Set SITE_URL to the address people use, for example https://madang.example.org",
                id="notices.W003",
            )
        )
    return found
