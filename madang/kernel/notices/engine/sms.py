"""Text messages, through a provider. Provider by provider a function; SMS_PROVIDER in the settings names one."""

from collections.abc import Callable

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from madang.kernel.common.errors import Text
from madang.kernel.identity.models import Person
from madang.kernel.notices.models import DemoMessage
from madang.kernel.notices.rules import cut

from . import Message

# A provider sends a text to a telephone number and returns its own number for it; errors as Channel.send.
Provider = Callable[[str, str], str]


def demo(address: str, text: str) -> str:
    """Sends nothing: the back office shows what would have been sent."""
    return f"demo-{DemoMessage.objects.create(address=address, body=text).pk}"


PROVIDERS: dict[str, Provider] = {"demo": demo}

# Korean carriers take 2,000 bytes of EUC-KR in a long message.
MAX_BYTES, ENCODING = 2000, "euc_kr"


class Sms:
    """The whole text: the law wants department, name and contact in every notice."""

    name = "sms"
    label: Text = _("Text message")

    def is_ready(self) -> bool:
        return provider() in PROVIDERS

    def address_of(self, person: Person) -> str:
        return person.phone

    def send(self, message: Message) -> str:
        room = MAX_BYTES - len(message.link.encode()) - 1
        text = cut(f"{message.subject}\n{message.body}", room, ENCODING)
        return PROVIDERS[provider()](message.address, f"{text}\n{message.link}".rstrip())


def provider() -> str:
    """The name of the provider this site uses; empty for none."""
    return getattr(settings, "SMS_PROVIDER", "demo" if settings.DEMO else "")


CHANNEL = Sms()
