from django.apps import AppConfig


class CommonConfig(AppConfig):
    name = "madang.kernel.common"
    label = "common"
