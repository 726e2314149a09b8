"""Putting acts on record, and sealing the record."""

from .recording import ACTIONS, Unrecorded, action, record
from .sealing import seal

__all__ = ["ACTIONS", "Unrecorded", "action", "record", "seal"]
