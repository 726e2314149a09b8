from django.apps import AppConfig


class SearchConfig(AppConfig):
    name = "madang.kernel.search"
    label = "search"

    def ready(self) -> None:
        from .queries import kinds  # noqa: F401  the kernel's own kinds are findable from the start
