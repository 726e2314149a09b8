"""What can be found, and how common each pair of letters is."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.utils.translation import gettext_lazy as _


class Document(models.Model):
    """A thing as it is found: its words, who finds it, where it is. Derived: it can be thrown away and made again."""

    kind = models.CharField(max_length=20)
    subject_id = models.BigIntegerField()
    number = models.CharField(max_length=80)
    title = models.CharField(max_length=300)
    text = models.TextField()
    at = models.DateTimeField(null=True)
    institution_id = models.BigIntegerField(null=True)
    audience = ArrayField(models.TextField(), help_text="Who finds it: all, person-5, institution-7 ...")
    answered = models.BooleanField()
    lexemes = SearchVectorField()

    class Meta:
        verbose_name = _("document")
        verbose_name_plural = _("documents")
        constraints = [models.UniqueConstraint(fields=["kind", "subject_id"], name="one_document_a_subject")]
        indexes = [GinIndex(fields=["lexemes"], name="document_lexemes")]

    def __str__(self) -> str:
        return f"{self.kind} {self.number}"


class Frequency(models.Model):
    """In how many documents a lexeme occurs, estimated from a sample."""

    lexeme = models.CharField(primary_key=True, max_length=100, db_collation="C")
    documents = models.BigIntegerField()

    class Meta:
        verbose_name = _("frequency")
        verbose_name_plural = _("frequencies")

    def __str__(self) -> str:
        return f"{self.lexeme} × {self.documents}"


class Waiting(models.Model):
    """A subject that changed and is not yet indexed anew."""

    kind = models.CharField(max_length=20)
    subject_id = models.BigIntegerField()

    class Meta:
        verbose_name = _("subject to be indexed")
        verbose_name_plural = _("subjects to be indexed")

    def __str__(self) -> str:
        return f"{self.kind} {self.subject_id}"
