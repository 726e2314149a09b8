"""Messages to people, and what became of each on its way."""

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _
from uuid_utils.compat import uuid7

from madang.kernel.identity.models import Person


class NoticeQuerySet(models.QuerySet["Notice"]):
    """Words for notices."""

    def visible_to(self, person: Person | None) -> "NoticeQuerySet":
        """One's own, and nobody else's; not even an operator reads another's."""
        return self.filter(person=person) if person is not None else self.none()

    def unread(self) -> "NoticeQuerySet":
        return self.filter(read_at=None)


class Notice(models.Model):
    """What a person was told, in the words they were told it. It lies in their inbox from the moment it is written."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    key = models.CharField(max_length=200, unique=True, help_text="What makes a repeated notice the same notice.")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="notices")
    template = models.CharField(max_length=80)
    language = models.CharField(max_length=10)
    subject = models.CharField(_("subject"), max_length=200)
    body = models.TextField(_("text"))
    link = models.CharField(max_length=200, blank=True, help_text="A path on this site.")
    case_number = models.CharField(max_length=32, blank=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    read_at = models.DateTimeField(null=True)

    objects = NoticeQuerySet.as_manager()

    class Meta:
        verbose_name = _("notice")
        verbose_name_plural = _("notices")
        indexes = [
            models.Index(fields=["person", "-id"], name="notice_of_person"),
            models.Index(fields=["person"], name="notice_unread", condition=models.Q(read_at=None)),
            models.Index(fields=["created_at"], name="notice_by_age"),
            models.Index(fields=["case_number"], name="notice_about"),
        ]

    def __str__(self) -> str:
        return self.subject


class Delivery(models.Model):
    """A notice on its way through one channel. It is sent once, or it says why not."""

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting")
        SENDING = "sending", _("being sent")
        SENT = "sent", _("sent")
        FAILED = "failed", _("failed")
        UNCERTAIN = "uncertain", _("perhaps sent")
        SKIPPED = "skipped", _("no address")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    notice = models.ForeignKey(Notice, on_delete=models.CASCADE, related_name="deliveries")
    channel = models.CharField(_("channel"), max_length=20)
    address = models.CharField(_("address"), max_length=254, blank=True, help_text=_("Masked."))
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.WAITING)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    error = models.CharField(_("what went wrong"), max_length=500, blank=True)
    provider_id = models.CharField(_("number at the provider"), max_length=200, blank=True)
    next_at = models.DateTimeField(_("next attempt"), db_default=Now())
    started_at = models.DateTimeField(_("last attempt"), null=True)
    sent_at = models.DateTimeField(_("sent"), null=True)

    class Meta:
        verbose_name = _("delivery")
        verbose_name_plural = _("deliveries")
        constraints = [models.UniqueConstraint(fields=["notice", "channel"], name="one_delivery_a_channel")]
        indexes = [
            models.Index(
                fields=["state", "next_at"],
                name="delivery_unfinished",
                condition=models.Q(state__in=("waiting", "sending", "uncertain", "failed")),
            )
        ]

    def __str__(self) -> str:
        return f"{self.channel} · {self.get_state_display()}"


class Preference(models.Model):
    """Whether a person wants a channel. Without a row they do; the inbox cannot be refused."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="notice_preferences")
    channel = models.CharField(max_length=20)
    wanted = models.BooleanField()

    class Meta:
        verbose_name = _("wish about notices")
        verbose_name_plural = _("wishes about notices")
        constraints = [models.UniqueConstraint(fields=["person", "channel"], name="one_wish_a_channel")]

    def __str__(self) -> str:
        return f"{self.channel}: {self.wanted}"


class DemoMessage(models.Model):
    """A text message that the demonstration did not send: operators look at it here instead of on a telephone."""

    address = models.CharField(_("telephone"), max_length=30)
    body = models.TextField(_("text"))
    at = models.DateTimeField(_("time"), db_default=Now(), editable=False)

    class Meta:
        verbose_name = _("demonstration message")
        verbose_name_plural = _("demonstration messages")
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.address
