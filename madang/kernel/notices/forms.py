"""Which channels a person wants."""

from typing import Any

from django import forms

from .engine import channels


class ChannelsForm(forms.Form):
    """A box for each channel that is ready, ticked where the person wants it."""

    def __init__(self, data: Any = None, *, wishes: dict[str, bool]) -> None:
        super().__init__(data, initial=wishes)
        for channel in channels():
            self.fields[channel.name] = forms.BooleanField(label=str(channel.label), required=False)
