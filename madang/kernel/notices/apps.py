from django.apps import AppConfig


class NoticesConfig(AppConfig):
    name = "madang.kernel.notices"
    label = "notices"
