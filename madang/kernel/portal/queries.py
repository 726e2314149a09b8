"""What pages look up for who types: institutions by their names."""

from django.db.models import F, Q, Value
from django.db.models.functions import Lower, Replace

from madang.kernel.institutions.models import Institution

MOST_LIKE = 5


def institutions_named(text: str) -> list[Institution]:
    """The active institutions whose code or name, in either language, is this; blanks and capitals do not matter."""
    wanted = "".join(text.split()).lower()
    own = Lower(Replace(F("name"), Value(" "), Value("")))
    english = Lower(Replace(F("name_en"), Value(" "), Value("")))
    rows = Institution.objects.filter(is_active=True).alias(own=own, english=english)
    return list(rows.filter(Q(own=wanted) | Q(english=wanted) | Q(code=wanted))[:MOST_LIKE]) if wanted else []


def institutions_like(text: str) -> list[Institution]:
    """A few active institutions whose name holds this text, the shortest names first."""
    rows = Institution.objects.filter(is_active=True)
    for word in text.split()[:5]:
        rows = rows.filter(Q(name__icontains=word) | Q(name_en__icontains=word))
    return sorted(rows[:200], key=lambda one: (len(one.name), one.name))[:MOST_LIKE]
