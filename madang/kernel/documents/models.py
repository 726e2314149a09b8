"""Files that people sent, as they were found to be when they arrived."""

from uuid import uuid4

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from madang.kernel.identity.models import Person

from .rules import Kind, kind_of


class FileQuerySet(models.QuerySet["File"]):
    """Words for files."""

    def visible_to(self, person: Person | None) -> "FileQuerySet":
        """One's own. Who else may see a file depends on what it belongs to, and is decided there."""
        return self.filter(owner=person) if person is not None else self.none()


class File(models.Model):
    """A file: what it is and where its content lies. Another content is another file."""

    token = models.UUIDField(unique=True, default=uuid4, editable=False)
    owner = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="files", verbose_name=_("owner"))
    name = models.CharField(_("name"), max_length=120, help_text=_("For display; the content lies elsewhere."))
    content_type = models.CharField(_("kind"), max_length=100)
    size = models.PositiveBigIntegerField(_("bytes"))
    sha256 = models.CharField(max_length=64)
    path = models.CharField(max_length=100, unique=True, help_text=_("The name of the content in the storage."))
    uploaded_at = models.DateTimeField(_("uploaded"), db_default=Now(), editable=False)

    objects = FileQuerySet.as_manager()

    class Meta:
        verbose_name = _("file")
        verbose_name_plural = _("files")
        indexes = [models.Index(fields=["uploaded_at"], name="file_by_age")]

    def __str__(self) -> str:
        return self.name

    @property
    def kind(self) -> Kind:
        """The kind it was found to be: `.label` for people, `.inline` whether a browser may show it."""
        return kind_of(self.content_type)
