from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DocumentsConfig(AppConfig):
    name = "madang.kernel.documents"
    label = "documents"
    verbose_name = _("Files")

    def ready(self) -> None:
        from .engine import scanners  # noqa: F401
