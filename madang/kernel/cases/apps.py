from django.apps import AppConfig


class CasesConfig(AppConfig):
    name = "madang.kernel.cases"
    label = "cases"
