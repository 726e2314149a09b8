"""The back office: which versions were published, and publishing one more."""

from io import StringIO
from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from ruamel.yaml import YAML

from madang.kernel.identity.queries import person_of

from .actions import publish
from .forms.definition import DefinitionForm
from .models import Version


@admin.register(Version)
class VersionAdmin(admin.ModelAdmin):
    """A version is published and read; it is never changed or deleted."""

    list_display = ["procedure", "title", "number", "published_at", "published_by"]
    list_filter = ["procedure"]
    list_select_related = ["published_by"]
    search_fields = ["procedure"]
    ordering = ["procedure", "-number"]
    readonly_fields = ["procedure", "number", "published_at", "published_by", "digest", "written"]

    @admin.display(description=_("title"))
    def title(self, version: Version) -> str:
        return version.definition.title.text()

    @admin.display(description=_("Definition"))
    def written(self, version: Version) -> SafeString:
        text = StringIO()
        YAML().dump(version.body, text)
        return format_html("<pre>{}</pre>", text.getvalue())

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        return super().get_form(request, obj, change, **kwargs) if obj else DefinitionForm

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.readonly_fields if obj else ["text"]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.readonly_fields if obj else []

    def save_model(self, request: HttpRequest, obj: Version, form: Any, change: bool) -> None:
        obj.pk = publish(form.procedure, by=person_of(request)).pk
        obj.refresh_from_db()
