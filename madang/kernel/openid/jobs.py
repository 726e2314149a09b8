"""Agencies are told that somebody signed out; sign-ins whose session is gone end; what is past keeping goes."""

import logging
from datetime import timedelta
from uuid import uuid4

from django.utils import timezone
from oauth2_provider.models import clear_expired
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from madang.kernel.common.moment import nightly

from .actions import end
from .engine import keys
from .engine.reach import UnreachableError, post
from .models import SignIn
from .queries import ended_elsewhere, issuer, subject
from .rules import BACK_CHANNEL_EVENT

log = logging.getLogger("madang.openid")

LIFE = timedelta(minutes=2)
# A person sees for so long where they signed in; the audit log keeps it for longer.
KEPT = timedelta(days=365)
MOST = 1000


# After 8, 64, 512 and 4096 seconds: an agency that is away over lunch is told all the same.
@app.task(
    name="openid.tell", retry=RetryStrategy(max_attempts=5, exponential_wait=8, retry_exceptions=[UnreachableError])
)
def tell(sign_in: int) -> None:
    """Tells an agency that a person's session here has ended (OpenID Connect Back-Channel Logout)."""
    entered = SignIn.objects.select_related("client", "person").get(pk=sign_in)
    client = entered.client
    if not client.backchannel_uri:
        return
    now = timezone.now()
    claims = {
        "iss": issuer(),
        "aud": client.client_id,
        "iat": int(now.timestamp()),
        "exp": int((now + LIFE).timestamp()),
        "jti": str(uuid4()),
        "sub": subject(client, entered.person),
        "sid": entered.sid,
        "events": {BACK_CHANNEL_EVENT: {}},
    }
    try:
        post(client.backchannel_uri, {"logout_token": keys.sign(claims, kind="logout+jwt")})
    except UnreachableError as error:
        log.warning("client %s could not be told of a sign-out: %s", client.client_id, error)
        raise


@app.periodic(cron="* * * * *")
@app.task(name="openid.end_what_ended", queueing_lock="openid.end")
def end_what_ended(timestamp: int) -> None:
    """Ends sign-ins whose session was ended from another device, has expired, or whose account was closed."""
    for entered in ended_elsewhere().select_related("client")[:MOST]:
        end(entered, by=None)


@app.periodic(cron=nightly(4, 25))
@app.task(name="openid.tidy", queueing_lock="openid.tidy")
def tidy(timestamp: int) -> None:
    """Removes expired codes and tokens, and sign-ins that ended a year ago."""
    clear_expired()
    SignIn.objects.filter(ended_at__lt=timezone.now() - KEPT).delete()
