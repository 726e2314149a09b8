"""The back office: institutions, departments, posts, days off. What is saved here is saved by actions."""

from typing import Any

from django.contrib import admin
from django.forms import ModelForm
from django.http import HttpRequest

from madang.kernel.identity.queries import person_of

from . import actions
from .models import DayOff, Department, Division, Institution, Post


class NoDeletion(admin.ModelAdmin):
    """Nothing that cases refer to is deleted; it is made inactive, or given an end."""

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Institution)
class InstitutionAdmin(NoDeletion):
    """One more institution in a minute; its code stays what it was."""

    list_display = ["name", "code", "kind", "parent", "is_active"]
    list_filter = ["kind", "is_active"]
    list_select_related = ["parent"]
    search_fields = ["name", "name_en", "code"]
    autocomplete_fields = ["parent", "division"]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return ["code"] if obj else []

    def save_model(self, request: HttpRequest, obj: Institution, form: ModelForm, change: bool) -> None:
        by = person_of(request)
        if change:
            changes = {name: form.cleaned_data[name] for name in form.changed_data}
            actions.revise(Institution.objects.get(pk=obj.pk), by=by, **changes)
        else:
            actions.found(obj, by=by)


@admin.register(Department)
class DepartmentAdmin(NoDeletion):
    """Departments and desks of institutions."""

    list_display = ["name", "institution", "is_desk", "phone"]
    list_select_related = ["institution"]
    search_fields = ["name", "institution__name"]
    autocomplete_fields = ["institution"]

    def save_model(self, request: HttpRequest, obj: Department, form: ModelForm, change: bool) -> None:
        actions.arrange(obj, by=person_of(request))


@admin.register(Post)
class PostAdmin(NoDeletion):
    """Who serves where, in which role; a post is ended, not changed."""

    list_display = ["person", "role", "institution", "department", "since", "until"]
    list_filter = ["role"]
    list_select_related = ["person", "institution", "department"]
    search_fields = ["person__name", "institution__name"]
    autocomplete_fields = ["person", "institution", "department"]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return ["person", "institution", "department", "role", "since"] if obj else []

    def save_model(self, request: HttpRequest, obj: Post, form: ModelForm, change: bool) -> None:
        post = actions.appoint(
            obj.person,
            by=person_of(request),
            institution=obj.institution,
            department=obj.department,
            role=obj.role,
            until=obj.until,
        )
        obj.pk = post.pk


@admin.register(DayOff)
class DayOffAdmin(NoDeletion):
    """Holidays announced later: clocks that run over them are wound anew."""

    list_display = ["date", "name", "institution", "announced_on", "source"]
    list_select_related = ["institution"]
    autocomplete_fields = ["institution"]

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return obj is None

    def save_model(self, request: HttpRequest, obj: DayOff, form: ModelForm, change: bool) -> None:
        off = actions.announce_day_off(
            obj.date, by=person_of(request), name=obj.name, name_en=obj.name_en, announced_on=obj.announced_on,
            source=obj.source, institution=obj.institution,
        )  # fmt: skip
        obj.pk = off.pk


@admin.register(Division)
class DivisionAdmin(NoDeletion):
    """Provinces, districts and towns, as the country pack has them."""

    list_display = ["full_name", "code", "level", "until"]
    list_filter = ["level"]
    search_fields = ["full_name", "name_en", "code"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
