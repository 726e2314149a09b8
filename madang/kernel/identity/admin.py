"""The back office: who is who. Operators see names and accounts, never passwords or tokens."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from .models import Account, Company, Person


class ReadOnly(admin.ModelAdmin):
    """Looked at in the back office, changed only by actions."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Person)
class PersonAdmin(ReadOnly):
    """Persons by name; how they are reached is not shown."""

    list_display = ["name", "language", "registered_at"]
    search_fields = ["name", "account__login"]
    fields = ["name", "language", "registered_at"]


@admin.register(Account)
class AccountAdmin(ReadOnly):
    """Who may sign in, and who runs the system."""

    list_display = ["login", "person", "is_active", "is_operator", "last_login"]
    list_filter = ["is_active", "is_operator"]
    list_select_related = ["person"]
    search_fields = ["login", "person__name"]
    fields = ["login", "person", "is_active", "is_operator", "last_login", "created_at"]


@admin.register(Company)
class CompanyAdmin(ReadOnly):
    """Companies by their registration number."""

    list_display = ["number", "name"]
    search_fields = ["number", "name"]
