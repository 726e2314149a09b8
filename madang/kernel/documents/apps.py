from django.apps import AppConfig


class DocumentsConfig(AppConfig):
    name = "madang.kernel.documents"
    label = "documents"
