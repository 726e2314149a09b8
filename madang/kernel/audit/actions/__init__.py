"""Putting acts on record, sealing the record, and changing the keys of what is encrypted."""

from .encrypting import retire_key, rotate
from .recording import ACTIONS, Unrecorded, action, be_sure_of, record
from .sealing import seal

__all__ = ["ACTIONS", "Unrecorded", "action", "be_sure_of", "record", "retire_key", "rotate", "seal"]
