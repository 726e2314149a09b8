"""E-mail, through whatever server Django is set up for."""

from email.utils import parseaddr
from smtplib import SMTPException, SMTPRecipientsRefused, SMTPResponseException

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.utils.translation import gettext_lazy as _

from madang.kernel.common.errors import Text
from madang.kernel.identity.models import Person

from . import Message, NotSentError


class Email:
    """Plain text, one message a person. Its Message-ID never changes, so that mail programs show a repetition once."""

    name = "email"
    label: Text = _("E-mail")

    def is_ready(self) -> bool:
        return True

    def address_of(self, person: Person) -> str:
        return person.email

    def send(self, message: Message) -> str:
        domain = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2] or "localhost"
        message_id = f"<{message.id}@{domain}>"
        text = f"{message.body}\n\n{message.link}" if message.link else message.body
        mail = EmailMessage(
            message.subject,
            text + "\n",
            to=[message.address],
            headers={
                "Message-ID": message_id,
                "Auto-Submitted": "auto-generated",
                "Content-Language": message.language,
            },
        )
        server = get_connection(fail_silently=False)
        try:
            server.open()
        except (OSError, SMTPException) as error:
            raise NotSentError(f"{type(error).__name__}: {error}") from error
        try:
            server.send_messages([mail])
        except SMTPRecipientsRefused as error:
            codes = [code for code, _reason in error.recipients.values()]
            raise NotSentError(str(codes), final=all(code >= 500 for code in codes)) from error
        except SMTPResponseException as error:
            final = 500 <= error.smtp_code < 600
            raise NotSentError(f"{error.smtp_code} {error.smtp_error!r}", final=final) from error
        finally:
            server.close()
        return message_id


CHANNEL = Email()
