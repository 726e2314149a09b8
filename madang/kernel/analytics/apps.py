from django.apps import AppConfig


class AnalyticsConfig(AppConfig):
    name = "madang.kernel.analytics"
    label = "analytics"
