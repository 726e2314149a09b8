"""Putting acts on record, and sealing the record."""

from .recording import ACTIONS, Unrecorded, action, be_sure_of, record
from .sealing import seal

__all__ = ["ACTIONS", "Unrecorded", "action", "be_sure_of", "record", "seal"]
