"""Fields that several forms of the portal have."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from madang.kernel.institutions.models import Institution

from ..queries import institutions_like, institutions_named


class PlaceWidget(forms.MultiWidget):
    """A point on the map: latitude and longitude in degrees."""

    labels = (_("Latitude"), _("Longitude"))

    def __init__(self) -> None:
        number = {"step": "0.000001"}
        widgets: dict[str, forms.Widget | type[forms.Widget]] = {
            "lat": forms.NumberInput(number),
            "lon": forms.NumberInput(number),
        }
        super().__init__(widgets, {"data-kind": "map"})

    def decompress(self, value: tuple[float, float] | None) -> list[float | None]:
        return list(value) if value else [None, None]


class PlaceField(forms.MultiValueField):
    """(latitude, longitude), or nothing."""

    widget = PlaceWidget

    def __init__(self, **rest: Any) -> None:
        fields = (forms.FloatField(min_value=-90, max_value=90), forms.FloatField(min_value=-180, max_value=180))
        super().__init__(fields, **rest)

    def compress(self, values: list[float]) -> tuple[float, float] | None:
        return (values[0], values[1]) if values else None


class InstitutionField(forms.CharField):
    """An institution by its name, in either language, or its code; cleans to the institution, or None for nothing."""

    def __init__(self, **rest: Any) -> None:
        widget = forms.TextInput({"list": "institutions", "autocomplete": "off", "spellcheck": "false"})
        super().__init__(max_length=160, widget=widget, **rest)

    def clean(self, value: Any) -> Institution | None:
        text = super().clean(value)
        if not text:
            return None
        found = institutions_named(text)
        if len(found) == 1:
            return found[0]
        if found:
            words = {"codes": ", ".join(one.code for one in found)}
            raise ValidationError(_now("Several institutions have this name. Enter a code instead: %(codes)s") % words)
        like = ", ".join(str(one) for one in institutions_like(text))
        if like:
            raise ValidationError(
                _now("No institution is called exactly so. Did you mean: %(names)s?") % {"names": like}
            )
        raise ValidationError(_now("There is no institution of this name. Choose one of the list."))
