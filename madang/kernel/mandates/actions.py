"""A mandate is proposed by one side, accepted by the other or confirmed by an officer, and ended by either."""

from datetime import date, timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from madang.kernel.audit.actions import action, record
from madang.kernel.common import moment, work
from madang.kernel.common.errors import Conflict, Invalid, Refused, TooMany
from madang.kernel.common.memory import forget
from madang.kernel.common.numbers import make
from madang.kernel.common.parameters import parameter
from madang.kernel.events.actions import publish
from madang.kernel.identity.models import Company, Person
from madang.kernel.identity.queries import by_login
from madang.kernel.institutions.models import Institution, Post

from .contracts import MandateAccepted, MandateEnded, MandateEvent, MandateProposed, MandateRefused
from .models import Mandate
from .queries import NEEDED, desk_post, represented, scopes, visible_to
from .rules import last_day_as_minor, latest_end

PREFIX = "MND"
DAY = timedelta(days=1)
_numbers = work.Keys("mandates_mandate_number", block=1)
Kind = Mandate.Kind


@action("mandates.propose")
def propose(mandate: Mandate, *, by: Person, to: str = "") -> Mandate:
    """Proposes a mandate, not yet saved: as the one who is acted for, as the one who acts, or for one's company.

    `to` is the e-mail of the other side; whether it has an account is told to nobody. Without it an officer confirms
    from papers: a child who has no account (`stated`: name, born), or the first representative of a company (`stated`:
    name, number).
    """
    now = moment.now()
    today = timezone.localdate(now)
    if by is None or not _own_side(mandate, by):
        raise Refused()
    mandate.since = mandate.since or today
    mandate.proposed_by, mandate.proposed_at = by, now
    mandate.invited = to.strip().lower()
    _check(mandate, by, today)
    lately = Mandate.objects.filter(proposed_by=by, proposed_at__gt=now - DAY)
    if lately.count() >= parameter("mandates.proposals_a_day", today):
        raise TooMany(
            message=_("You have proposed too many mandates since yesterday."),
            retry_after=int(DAY.total_seconds()),
            remedy=_("Wait a day. What you have proposed already stays as it is."),
        )
    if mandate.invited:
        account = by_login(mandate.invited)
        if account is not None and mandate.by_agent:
            mandate.principal = account.person
        elif account is not None:
            mandate.agent = account.person
    mandate.number = make(PREFIX, today.year, _numbers.take())
    mandate.save()
    _told(mandate, MandateProposed, by)
    return mandate


@action("mandates.accept")
def accept(mandate: Mandate, *, by: Person) -> Mandate:
    """The other side agrees: from the first day of its term on the mandate holds."""
    mandate = _lock(mandate)
    _require_invited(mandate, by)
    _require_open(mandate)
    mandate.accepted_at = moment.now()
    mandate.save(update_fields=["accepted_at"])
    _told(mandate, MandateAccepted, by)
    return mandate


@action("mandates.refuse")
def refuse(mandate: Mandate, *, by: Person) -> Mandate:
    """The other side does not want it; an officer does not find in the papers what was stated."""
    mandate = _lock(mandate)
    institution = None
    if mandate.asks_officer:
        institution = _require_desk(mandate, by)
    else:
        _require_invited(mandate, by)
    _require_open(mandate)
    mandate.refused_at = moment.now()
    mandate.save(update_fields=["refused_at"])
    _told(mandate, MandateRefused, by, institution)
    return mandate


@action("mandates.confirm")
def confirm(mandate: Mandate, *, by: Person) -> Mandate:
    """An officer of a desk has seen the papers: who is whose parent, or that somebody represents a company.

    The child, or the company, becomes known to the platform by this.
    """
    mandate = _lock(mandate)
    institution = _require_desk(mandate, by)
    _require_open(mandate)
    stated = mandate.stated
    if mandate.kind == Kind.CHILD:
        born = date.fromisoformat(stated["born"])
        mandate.principal = Person.objects.create(name=stated["name"], birth_date=born)
    else:
        mandate.company, _new = Company.objects.get_or_create(
            number=stated["number"], defaults={"name": stated["name"]}
        )
    mandate.accepted_at, mandate.confirmed_by, mandate.confirmed_at = moment.now(), by, institution
    mandate.save(update_fields=["principal", "company", "accepted_at", "confirmed_by", "confirmed_at"])
    _told(mandate, MandateAccepted, by, institution)
    return mandate


@action("mandates.end")
def end(mandate: Mandate, *, by: Person) -> Mandate:
    """Either side ends it, at once and without giving a reason (Civil Act 128, 689); its proposer takes it back.

    What an officer confirmed the desk of the same institution may end as well, when papers say so.
    """
    mandate = _lock(mandate)
    state = mandate.state()
    side = {mandate.proposed_by_id} if state == "proposed" else {mandate.principal_id, mandate.agent_id}
    post = desk_post(by)
    at_desk = post is not None and mandate.accepted_at is not None and post.institution_id == mandate.confirmed_at_id
    if by.pk not in side and mandate.company_id not in represented(by) and not at_desk:
        raise Refused(visible=visible_to(by).filter(pk=mandate.pk).exists())
    if state not in ("proposed", "coming", "holds"):
        raise _over()
    mandate.ended_at, mandate.ended_by = moment.now(), by
    mandate.save(update_fields=["ended_at", "ended_by"])
    _told(mandate, MandateEnded, by, post.institution if post and at_desk else None)
    return mandate


@action("mandates.look", single=True)
def look(mandate: Mandate, *, by: Person) -> None:
    """An officer of a desk opens a proposal to compare it with papers: on record, as every look of an office."""
    post = desk_post(by)
    if post is None:
        raise Refused()
    record(mandate, by=by, institution_id=post.institution_id, purpose="handling")


def _own_side(mandate: Mandate, by: Person) -> bool:
    """Whether this person proposes for nobody but themselves, or for a company they represent."""
    if mandate.company is not None:
        return mandate.company.pk in represented(by) and mandate.principal is None and mandate.agent is None
    own = [one for one in (mandate.principal, mandate.agent) if one is not None]
    return own == [by] and (mandate.agent is not None or mandate.kind in (Kind.POWER, Kind.AGENT))


def _check(mandate: Mandate, by: Person, today: date) -> None:
    """Refuses what no mandate of its kind can be; every mistake is named with its field."""
    wrong: dict[str, Any] = {}
    if not today <= mandate.since <= latest_end(today, 1):
        raise Invalid(fields={"since": [_("A mandate begins today, or within a year.")]})
    if set(mandate.scope) - {name for name, _label in scopes()}:
        wrong["scope"] = [_("There is no such service, or it must be asked for in person.")]
    if mandate.invited and by_login(mandate.invited) == getattr(by, "account", None):
        wrong["to"] = [_("This is your own e-mail. Enter that of the other.")]
    papers = mandate.kind == Kind.CHILD or (mandate.kind == Kind.COMPANY and mandate.agent is not None)
    if mandate.invited and mandate.kind == Kind.COMPANY and papers:
        raise Refused()
    if not mandate.invited and not papers:
        wrong["to"] = [_("Enter the e-mail of the other.")]
    if mandate.kind in (Kind.POWER, Kind.AGENT):
        most = latest_end(mandate.since, parameter("mandates.longest_years", today))
        if mandate.until is None or not mandate.since <= mandate.until <= most:
            years = parameter("mandates.longest_years", today)
            wrong["until"] = [_("Enter an end, at most %(years)s years from the beginning.") % {"years": years}]
        if mandate.kind == Kind.AGENT and not mandate.licence.strip():
            wrong["licence"] = [_("Enter the registration number of the administrative agent.")]
        mandate.stated, mandate.post = {}, ""
        if mandate.kind == Kind.POWER:
            mandate.licence = ""
    elif mandate.kind == Kind.CHILD:
        wrong |= _check_child(mandate, today)
    else:
        wrong |= _check_company(mandate)
    if mandate.until is not None and mandate.until < mandate.since:
        wrong.setdefault("until", [_("The end is before the beginning.")])
    if wrong:
        raise Invalid(fields=wrong)


def _check_child(mandate: Mandate, today: date) -> dict[str, Any]:
    """A child has a name and is a minor; the mandate ends with the day before they come of age (Civil Act 4, 911)."""
    mandate.may, mandate.scope, mandate.post, mandate.licence = Mandate.May.ALL, [], "", ""
    name, born = str(mandate.stated.get("name", "")).strip(), mandate.stated.get("born")
    mandate.stated = {"name": name[:100], "born": born}
    wrong: dict[str, Any] = {} if name else {"name": [_("Enter the name of the child.")]}
    try:
        day = date.fromisoformat(str(born))
        mandate.until = last_day_as_minor(day, parameter("mandates.majority_age", today))
        if not day <= today <= mandate.until:
            raise ValueError
    except ValueError:
        wrong["born"] = [_("Enter the date of birth of a child who is not of age yet.")]
        mandate.until = None
    return wrong


def _check_company(mandate: Mandate) -> dict[str, Any]:
    """A company has a number; who acts for it holds a post in it."""
    mandate.licence = ""
    if mandate.company is not None:
        mandate.stated = {}
        if mandate.post not in Mandate.Post.values:
            return {"post": [_("Choose the post.")]}
        return {"may": [_("Choose what may be done.")]} if mandate.may == Mandate.May.FILE else {}
    mandate.post, mandate.may, mandate.scope = Mandate.Post.REPRESENTATIVE, Mandate.May.ALL, []
    name = str(mandate.stated.get("name", "")).strip()
    number = "".join(letter for letter in str(mandate.stated.get("number", "")) if letter.isalnum())
    mandate.stated = {"name": name[:200], "number": number}
    wrong: dict[str, Any] = {} if name else {"name": [_("Enter the name of the company.")]}
    if not 5 <= len(number) <= 20:
        wrong["number"] = [_("Enter the business registration number.")]
    return wrong


def _lock(mandate: Mandate) -> Mandate:
    """The mandate as it is now, held until the action ends: of two who answer at once, one is told that it is over."""
    return Mandate.objects.select_for_update(of=("self",)).select_related(*NEEDED).get(pk=mandate.pk)


def _require_invited(mandate: Mandate, by: Person) -> None:
    if by.pk != mandate.invitee_id or mandate.asks_officer:
        raise Refused(visible=visible_to(by).filter(pk=mandate.pk).exists())


def _require_desk(mandate: Mandate, by: Person) -> Institution:
    """The institution at whose desk this officer sits; nobody confirms what they proposed themselves."""
    post: Post | None = desk_post(by)
    if post is None or not mandate.asks_officer or by.pk == mandate.proposed_by_id:
        raise Refused(visible=visible_to(by).filter(pk=mandate.pk).exists())
    return post.institution


def _require_open(mandate: Mandate) -> None:
    if mandate.state() != "proposed":
        raise _over()


def _over() -> Conflict:
    return Conflict(
        "mandates.settled",
        _("This has been decided already."),
        remedy=_("Look at the list of mandates: there stands what became of it."),
    )


def _told(mandate: Mandate, event: type[MandateEvent], by: Person, institution: Institution | None = None) -> None:
    """On record, and told; what was agreed is good in this process at once."""
    sides = {"principal": mandate.principal_id, "company": mandate.company_id, "agent": mandate.agent_id}
    record(mandate, by=by, institution_id=institution.pk if institution else None, **sides)
    publish(event(mandate_id=mandate.pk, number=mandate.number, by_id=by.pk, at=moment.now()))
    if event is MandateAccepted:
        forget()
