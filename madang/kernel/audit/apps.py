from django.apps import AppConfig


class AuditConfig(AppConfig):
    name = "madang.kernel.audit"
    label = "audit"
