"""The back office: what could not be told yet, and telling it again."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from madang.kernel.common.errors import DomainError

from .actions import retry_now
from .models import Failure


@admin.register(Failure)
class FailureAdmin(admin.ModelAdmin):
    """Handlers that failed, why, and when they are tried again."""

    list_display = ["handler", "event", "attempts", "next_at", "error"]
    list_select_related = ["event"]
    list_filter = ["handler"]
    actions = ["tell_again"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return obj is None

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @admin.action(description=gettext_lazy("Try again now"))
    def tell_again(self, request: HttpRequest, queryset: QuerySet[Failure]) -> None:
        """Has the chosen handlers tried again within seconds."""
        number = 0
        for failure in queryset:
            try:
                retry_now(failure, by=getattr(request.user, "person", None))
                number += 1
            except DomainError as error:
                messages.error(request, f"{failure}: {error}")
        if number:
            messages.success(request, _("%(number)s will be tried again within seconds.") % {"number": number})
