"""What other apps tell the portal: which of their pages belong into the main menu, and what they offer first."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class MenuItem:
    """A page in the main menu: its label and the name of its address."""

    label: Any
    address: str


@dataclass(frozen=True)
class Task:
    """A main thing that people come for: what it is, in a sentence, the name of its address, an icon."""

    title: Any
    text: Any
    address: str
    icon: str


MENU: list[MenuItem] = []
TASKS: list[Task] = []


def in_menu(label: Any, address: str) -> None:
    """Puts a page into the main menu, after the directory of services; called once, when the app is loaded."""
    MENU.append(MenuItem(label, address))


def on_first_page(title: Any, text: Any, address: str, icon: str) -> None:
    """Puts a task on the first page and on top of the directory of services; called once, when the app is loaded."""
    TASKS.append(Task(title, text, address, icon))
