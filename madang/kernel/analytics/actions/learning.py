"""Learning from what was settled."""

from collections.abc import Mapping, Sequence

from madang.kernel.audit.actions import action, record
from madang.kernel.common.errors import Refused
from madang.kernel.common.memory import forget
from madang.kernel.identity.models import Person

from ..models import Learned
from ..queries.learned import Example, trained


@action("analytics.learn")
def learn(name: str, *, by: Person | None, examples: Sequence[Example], competences: Mapping[str, str]) -> Learned:
    """Trains the router of this name on past texts and on what each place says it answers for; in use at once."""
    if by is not None:
        raise Refused()
    body = trained(examples, competences).dumps()
    learned = Learned.objects.create(name=name, body=body, examples=len(examples))
    record(learned, by=by, name=name, examples=len(examples))
    forget()
    return learned
