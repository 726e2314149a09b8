"""Words that templates of notices know beside Django's own: moments, days and periods as people say them."""

from datetime import date, datetime, time

from django.template import Library
from django.utils.dateformat import format as format_date
from django.utils.translation import gettext as _

from madang.kernel.common.wording import say_period
from madang.kernel.common.worktime import Period

register = Library()


@register.filter(expects_localtime=True)
def moment(at: datetime) -> str:
    """A day and time with the day of the week, on the site's clock; the end of a day is the day."""
    return format_date(at, _("D j M Y") if at.time() == time.max else _("D j M Y, H:i"))


@register.filter
def day(on: date) -> str:
    """A day with the day of the week."""
    return format_date(on, _("D j M Y"))


@register.filter
def period(length: Period | str) -> str:
    """A legal period, "7d", in words."""
    return say_period(Period.parse(length) if isinstance(length, str) else length)
