from django.apps import AppConfig
from django.contrib.admin import apps as admin


class PortalConfig(AppConfig):
    name = "madang.kernel.portal"
    label = "portal"
    default = True


class BackOfficeConfig(admin.AdminConfig):
    """Django's admin, with our own site in it (portal/admin.py)."""

    default = False
    default_site = "madang.kernel.portal.admin.BackOffice"
