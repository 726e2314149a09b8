from django.apps import AppConfig


class InstitutionsConfig(AppConfig):
    name = "madang.kernel.institutions"
    label = "institutions"

    def ready(self) -> None:
        from madang.kernel.common.calendars import use_calendars_of

        from .queries import calendar_of

        use_calendars_of(calendar_of)
