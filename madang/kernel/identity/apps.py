from django.apps import AppConfig


class IdentityConfig(AppConfig):
    name = "madang.kernel.identity"
    label = "identity"
