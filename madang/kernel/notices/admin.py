"""What operators see: what became of each message, never what it says."""

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from madang.kernel.common.errors import DomainError
from madang.kernel.identity.queries import person_of

from . import actions
from .models import Delivery, DemoMessage


class _ReadOnly(admin.ModelAdmin):
    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False


@admin.register(Delivery)
class DeliveryAdmin(_ReadOnly):
    """Deliveries by state; what failed or is in doubt can be sent again."""

    list_display = ["created", "channel", "address", "what", "case", "state", "attempts", "error"]
    list_filter = ["state", "channel"]
    list_select_related = ["notice"]
    search_fields = ["notice__case_number__exact"]
    search_help_text = _("The number of a case")
    fields = [
        "channel", "address", "what", "case", "state", "attempts", "error", "provider_id", "next_at", "started_at",
        "sent_at",
    ]  # fmt: skip
    ordering = ["-id"]
    show_full_result_count = False
    actions = ["send_again"]

    @admin.display(description=_("written"))
    def created(self, delivery: Delivery) -> object:
        return delivery.notice.created_at

    @admin.display(description=_("template"))
    def what(self, delivery: Delivery) -> str:
        return delivery.notice.template

    @admin.display(description=_("case"))
    def case(self, delivery: Delivery) -> str:
        return delivery.notice.case_number

    @admin.action(description=_("Send again"))
    def send_again(self, request: HttpRequest, deliveries: QuerySet[Delivery]) -> None:
        person, sent = person_of(request), 0
        assert person is not None  # noqa: S101
        for delivery in deliveries:
            try:
                actions.resend(delivery, by=person)
                sent += 1
            except DomainError as error:
                self.message_user(request, f"{delivery}: {error}", messages.ERROR)
        if sent:
            text = ngettext("%(n)s message is sent again.", "%(n)s messages are sent again.", sent)
            self.message_user(request, text % {"n": sent}, messages.SUCCESS)


@admin.register(DemoMessage)
class DemoMessageAdmin(_ReadOnly):
    """The text messages that the demonstration did not send."""

    list_display = ["at", "address", "body"]
    show_full_result_count = False
