"""Why a file is not taken, in words that help its sender to send one that is."""

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from madang.kernel.common.errors import DomainError, Invalid, Text
from madang.kernel.documents.rules import ACCEPTED, MB

WEB_PAGE = _("a web page or a program (HTML, SVG, script)")
PROGRAM = _("a program")
HEIC = _("a photo in the HEIC format")
OLD_OFFICE = _("a document of an older Office program (DOC, XLS, PPT)")
MACROS = _("a document with macros, which are programs")
UNKNOWN = _("something we do not know")


def other_kind(extension: str) -> Text:
    """What a file is that has the signature of files with this extension."""
    return format_lazy(_("a file of the kind {extension}"), extension=extension.lstrip(".").upper())


def not_accepted(name: str, what: Text) -> Invalid:
    """It is of a kind that is not accepted."""
    return Invalid(
        "documents.not_accepted",
        _("“%(name)s” is, by its content, %(what)s. Such files are not accepted."),
        remedy=_("Accepted are: %(accepted)s. Save it as one of these and attach it again."),
        name=name,
        what=what,
        accepted=ACCEPTED,
    )


def not_what_it_says(name: str, extension: str) -> Invalid:
    """It is text under the name of something else."""
    return Invalid(
        "documents.not_what_it_says",
        _("“%(name)s” is named %(extension)s, but that is not what it contains."),
        remedy=_("Accepted are: %(accepted)s. Open the file, save it anew and attach it again."),
        name=name,
        extension=extension.upper(),
        accepted=ACCEPTED,
    )


def empty(name: str) -> Invalid:
    """There is nothing in it."""
    return Invalid(
        "documents.empty",
        _("“%(name)s” is empty."),
        remedy=_("Check that the file opens on your own machine, then attach it again."),
        name=name,
    )


def damaged(name: str) -> Invalid:
    """It begins as its kind does, but cannot be read to the end."""
    return Invalid(
        "documents.damaged",
        _("“%(name)s” is damaged or incomplete."),
        remedy=_("Check that the file opens on your own machine, save it anew and attach it again."),
        name=name,
    )


def too_large(name: str, limit: int) -> Invalid:
    """It has more bytes than its kind may have."""
    return Invalid(
        "documents.too_large",
        _("“%(name)s” is larger than %(limit)s MB."),
        remedy=_("Make it smaller, or split it, and attach it again."),
        name=name,
        limit=limit // MB,
    )


def too_many_pixels(name: str, limit: int) -> Invalid:
    """A picture that would fill the memory of whoever opens it."""
    return Invalid(
        "documents.too_many_pixels",
        _("“%(name)s” has more than %(limit)s million pixels."),
        remedy=_("Make the picture smaller and attach it again."),
        name=name,
        limit=limit // 1_000_000,
    )


def bomb(name: str) -> Invalid:
    """An archive that would fill the disk of whoever opens it."""
    return Invalid(
        "documents.bomb",
        _("“%(name)s” would unpack to far more than it should."),
        remedy=_("Attach the files in it one by one."),
        name=name,
    )


def nested(name: str) -> Invalid:
    """Archives in archives in archives."""
    return Invalid(
        "documents.nested",
        _("“%(name)s” holds archives within archives."),
        remedy=_("Unpack it and attach the files in it one by one."),
        name=name,
    )


def locked(name: str) -> Invalid:
    """An archive that cannot be looked into."""
    return Invalid(
        "documents.locked",
        _("“%(name)s” is locked with a password, so nobody can check it."),
        remedy=_("Take the password off and attach it again; only the office that handles your case will read it."),
        name=name,
    )


def infected(name: str, virus: str) -> Invalid:
    """A scanner found something."""
    return Invalid(
        "documents.infected",
        _("“%(name)s” contains malicious software (%(virus)s)."),
        remedy=_("Check your machine for viruses and attach a clean file."),
        name=name,
        virus=virus,
    )


class ScannerAwayError(DomainError):
    """The virus scanner does not answer: nothing is kept unchecked."""

    status = 503
    code = "documents.scanner_away"
    message = _("Files cannot be checked for viruses at the moment, so none are taken.")
    remedy = _("Try again in a few minutes. What you have written is not lost.")
