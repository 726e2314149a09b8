from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PetitionsConfig(AppConfig):
    name = "madang.services.petitions"
    label = "petitions"

    def ready(self) -> None:
        from madang.kernel.portal.contracts import in_menu

        in_menu(_("Public petitions"), "petitions:list")
