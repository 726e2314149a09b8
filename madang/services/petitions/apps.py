from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PetitionsConfig(AppConfig):
    name = "madang.services.petitions"
    label = "petitions"
    verbose_name = _("Petitions")

    def ready(self) -> None:
        from madang.kernel.portal.contracts import in_menu, on_first_page

        in_menu(_("Public petitions"), "petitions:list")
        on_first_page(
            _("File a petition"),
            _("Ask, complain or suggest. It finds the right institution."),
            "petitions:start",
            "edit",
        )
