"""What happens to definitions and to begun forms."""

from django.db import connection

from madang.kernel.audit.actions import action, record
from madang.kernel.common.errors import Refused
from madang.kernel.identity.models import Person

from .models import Version
from .queries import forget
from .rules import Procedure


@action("procedures.publish")
def publish(definition: Procedure, *, by: Person | None = None) -> Version:
    """Publishes a definition: new cases follow it from now on. One that says what is already published changes nothing.

    Only operators (and the system) publish. Raises Invalid when it changes what must stay as it is.
    """
    if by is not None and not getattr(getattr(by, "account", None), "is_operator", False):
        raise Refused()
    with connection.cursor() as cursor:
        # One publisher at a time for each procedure: version numbers have no gaps and no twins.
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"procedures.{definition.id}"]
        )
    last = Version.objects.filter(procedure=definition.id).order_by("-number").first()
    # Read back by today's language: a key that was added since then is no change.
    if last is not None and last.definition.digest == definition.digest:
        record(last, by=by, unchanged=True)
        return last
    version = Version.objects.create(
        procedure=definition.id,
        number=last.number + 1 if last else 1,
        digest=definition.digest,
        body=definition.body,
        published_by=by,
    )
    record(version, by=by, procedure=definition.id, number=version.number, digest=version.digest)
    forget()
    return version
