"""What leaves the machine after somebody registered or changed how they sign in."""

from django.core.mail import send_mail
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app


@app.task(name="identity.mail", retry=RetryStrategy(max_attempts=6, exponential_wait=4))
def mail(to: list[str], subject: str, text: str) -> None:
    """Sends a mail about an account; tried again for about an hour."""
    send_mail(subject, text, None, to)
