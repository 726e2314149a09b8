"""`manage.py clock`: until when, and why. For officers and applicants who ask how a deadline was counted.

With --json, one object: `received`, `period`, `extensions` (list), `stops` (list of `{from, to}`, `to` null while the
clock stands), `institution` (code or null), `due` (ISO 8601 moment, null while the clock stands), `due_date` (the day,
null likewise), `lines` (every step of the count, as `madang.kernel.common.explained.Line` describes) and `explanation`
(the same as sentences, in the language asked for).
"""

import json
from argparse import ArgumentParser
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError
from django.utils.translation import gettext as _
from django.utils.translation import override

from madang.kernel.common.calendars import working_calendar
from madang.kernel.common.clock import Pause, extension_allowed
from madang.kernel.common.explained import Explained, due_explained
from madang.kernel.common.wording import explain, tell
from madang.kernel.common.worktime import Calendar, ClockError, Period


class Command(BaseCommand):
    help = "Tells until when something received must be done, and how that was counted."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--received", required=True, metavar="MOMENT", help="2026-02-13T10:00+09:00")
        parser.add_argument("--period", required=True, help="7d, 3h, 2w, 1m, 1y, 60cd (calendar days), immediately")
        parser.add_argument(
            "--stop",
            nargs="+",
            action="extend",
            default=[],
            metavar="FROM/TO",
            help="the clock stood; FROM/ still does",
        )
        parser.add_argument("--extend", nargs="+", action="extend", default=[], metavar="PERIOD", help="7d")
        parser.add_argument("--institution", metavar="CODE", help="count by the hours and days off of this institution")
        parser.add_argument("--json", action="store_true", help="for programs; the keys stand in the command's source")
        parser.add_argument("--language", choices=[code for code, _name in settings.LANGUAGES])

    def handle(self, *args: Any, **options: Any) -> None:
        language = options["language"] or settings.LANGUAGE_CODE
        with override(language):
            try:
                calendar = working_calendar(options["institution"])
                received = _moment(options["received"], calendar)
                pauses = [_pause(span, calendar) for span in options["stop"]]
                period = Period.parse(options["period"])
                extensions = [Period.parse(text) for text in options["extend"]]
                _check(period, extensions, calendar)
                explained = due_explained(received, period, calendar, pauses, extensions)
            except ClockError as error:
                raise CommandError(tell(error)) from error
            except DatabaseError as error:
                raise CommandError(
                    _("The database does not answer, so days off announced later are not known. Start it with ./run.")
                ) from error
            sentences = explain(explained.lines, language)
            if options["json"]:
                self.stdout.write(json.dumps(_facts(options, explained, sentences), ensure_ascii=False, indent=2))
            else:
                self.stdout.write("\n".join([sentences[-1], "", *sentences[:-1]]))


def _check(period: Period, extensions: list[Period], calendar: Calendar) -> None:
    for number, extension in enumerate(extensions):
        ruling = extension_allowed(period, extensions[:number], extension, consent=True, counting=calendar.counting)
        if not ruling:
            raise ClockError(ruling.reason)


def _moment(text: str, calendar: Calendar) -> datetime:
    """A moment as ISO 8601 writes it; without a zone, that of the office."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or ":" not in text:
        raise CommandError(_("“%(text)s” is not a moment. Write 2026-02-13T10:00+09:00.") % {"text": text})
    return moment if moment.tzinfo else moment.replace(tzinfo=calendar.tz)


def _pause(text: str, calendar: Calendar) -> Pause:
    start, slash, end = text.partition("/")
    if not slash:
        raise CommandError(
            _("“%(text)s” is not a stop. Write FROM/TO, or FROM/ while the clock still stands.") % {"text": text}
        )
    return Pause(_moment(start, calendar), _moment(end, calendar) if end else None)


def _facts(options: dict[str, Any], explained: Explained, sentences: list[str]) -> dict[str, Any]:
    stops = (span.partition("/") for span in options["stop"])
    return {
        "received": options["received"],
        "period": options["period"],
        "extensions": options["extend"],
        "stops": [{"from": start, "to": end or None} for start, _slash, end in stops],
        "institution": options["institution"],
        "due": explained.due and explained.due.isoformat(),
        "due_date": explained.due and explained.due.date().isoformat(),
        "lines": [line.as_dict() for line in explained.lines],
        "explanation": sentences,
    }
