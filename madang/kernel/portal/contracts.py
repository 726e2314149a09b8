"""What other apps tell the portal: which of their pages belong into the main menu."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class MenuItem:
    """A page in the main menu: its label and the name of its address."""

    label: Any
    address: str


MENU: list[MenuItem] = []


def in_menu(label: Any, address: str) -> None:
    """Puts a page into the main menu, after the directory of services; called once, when the app is loaded."""
    MENU.append(MenuItem(label, address))
