from django.apps import AppConfig


class PortalConfig(AppConfig):
    name = "madang.kernel.portal"
    label = "portal"
