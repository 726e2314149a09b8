"""Columns that hold what is encrypted. Who changes keys finds them by their class (`kept_secret`), never by a list."""

from collections.abc import Callable, Iterator
from typing import Any

from django.apps import apps
from django.db import models
from django.db.models.functions import Cast
from django.db.models.query_utils import DeferredAttribute

from .encryption import DATA, INDEX, SEALED, blind, blinds, decrypt, each_sealed, encrypt


class _Bound(models.Field):
    """A column whose ciphertexts open in their own row only: `bound_to` names what never changes in it."""

    purpose = DATA

    def __init__(self, *args: Any, bound_to: tuple[str, ...] = (), **rest: Any) -> None:
        self.bound_to = bound_to
        super().__init__(*args, **rest)

    def deconstruct(self) -> Any:
        name, path, args, rest = super().deconstruct()
        return name, path, args, rest | {"bound_to": self.bound_to}

    def place(self, row: models.Model, path: str = "") -> str:
        """Where a ciphertext of this row stands: `table.column:row`, and in JSON the path as well."""
        own = "|".join(str(getattr(row, name)) for name in self.bound_to)
        return f"{self.model._meta.db_table}.{self.column}:{own}" + (f":{path}" if path else "")

    def under(self, key: str, *, other: bool = False) -> models.QuerySet[Any]:
        """The rows in which something is encrypted with this key; with `other`, with any other."""
        text = Cast(self.attname, models.TextField())
        pattern = f"(?!{key}:)." if other else f"{key}:"
        return self.model._base_manager.alias(_text=text).filter(_text__regex=self.before + pattern)

    # What stands before the name of a key in the text of the column.
    before = "^"

    def renewed(self, row: models.Model) -> Any:
        """What is to stand in the column under the newest key."""
        raise NotImplementedError


class Encrypted(str):
    """A ciphertext as it comes from the database and goes there."""


class _Opened(DeferredAttribute):
    """Opens a ciphertext when it is asked for, not when the row is read."""

    def __get__(self, instance: Any, cls: Any = None) -> Any:
        if instance is None:
            return self
        name = self.field.attname
        value = instance.__dict__[name] if name in instance.__dict__ else super().__get__(instance, cls)
        return decrypt(value, self.field.place(instance)) if isinstance(value, Encrypted) else value  # type: ignore[attr-defined]

    def __set__(self, instance: Any, value: Any) -> None:
        instance.__dict__[self.field.attname] = value


class EncryptedText(_Bound, models.TextField):
    """A text that is plain in the program and encrypted in the database. Nothing can be looked up in it: see BlindIndex."""

    descriptor_class = _Opened

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Any:
        return Encrypted(value) if value else value

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        value = model_instance.__dict__[self.attname]
        if not value or isinstance(value, Encrypted):
            return value
        return Encrypted(encrypt(value, self.place(model_instance)))

    def get_prep_value(self, value: Any) -> Any:
        if value and not isinstance(value, Encrypted):
            raise TypeError(f"{self} is neither looked up nor updated in bulk: save the row, or ask its blind index.")
        return None if value is None else str(value)

    def renewed(self, row: models.Model) -> Any:
        return Encrypted(encrypt(getattr(row, self.attname), self.place(row)))


class BlindIndex(_Bound, models.CharField):
    """Beside an encrypted text `of` the same row: equal texts have equal entries, and none tells its text."""

    purpose = INDEX

    def __init__(self, *args: Any, of: str = "", **rest: Any) -> None:
        self.of = of
        super().__init__(*args, **{"max_length": 64, "editable": False} | rest)

    def deconstruct(self) -> Any:
        name, path, args, rest = super().deconstruct()
        return name, path, args, rest | {"of": self.of}

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        setattr(model_instance, self.attname, self.renewed(model_instance))
        return getattr(model_instance, self.attname)

    def entries(self, text: str) -> list[str]:
        """What may stand here for a text, by each key there is."""
        return blinds(text, f"{self.model._meta.db_table}.{self.column}")

    def renewed(self, row: models.Model) -> Any:
        return blind(getattr(row, self.of), f"{self.model._meta.db_table}.{self.column}")


class SealedJSON(_Bound, models.JSONField):
    """JSON in which single values are encrypted, each as `{"$sealed": ciphertext}` and bound to its path."""

    before = f'"\\{SEALED}": "'

    def deconstruct(self) -> Any:
        # The column is one of JSON, and always was.
        name, _path, args, rest = super().deconstruct()
        del rest["bound_to"]
        return name, "django.db.models.JSONField", args, rest

    def seal(self, row: models.Model, path: str, text: str) -> dict[str, str]:
        """A value as it stands in the column."""
        return {SEALED: encrypt(text, self.place(row, path))}

    def turned(self, row: models.Model, turn: Callable[[str, str], Any]) -> Any:
        """The row's JSON with `turn(path, text)` in place of each encrypted value."""
        value = getattr(row, self.attname)
        return each_sealed(value, lambda path, sealed: turn(path, decrypt(sealed, self.place(row, path))))

    def renewed(self, row: models.Model) -> Any:
        def again(path: str, sealed: str) -> dict[str, str]:
            return self.seal(row, path, decrypt(sealed, self.place(row, path)))

        return each_sealed(getattr(row, self.attname), again)


def kept_secret(purpose: str) -> Iterator[_Bound]:
    """Every column of the platform that holds what keys of this purpose made."""
    for model in apps.get_models(include_auto_created=True):
        for field in model._meta.local_concrete_fields:
            if isinstance(field, _Bound) and field.purpose == purpose:
                yield field
