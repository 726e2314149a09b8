"""Forms made from definitions: pages for people, and the same check for programs."""

from .checking import clean_data, messages
from .pages import PageForm, asked_pages, page_of

__all__ = ["PageForm", "asked_pages", "clean_data", "messages", "page_of"]
