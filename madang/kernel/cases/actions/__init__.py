"""Everything that can happen to a case."""

from .answering import approve, decide, draft, follow_up, rate, send_back
from .clocking import ask, consent, extend, remind, reply, wind
from .filing import attach, file, withdraw
from .handling import assign, note, transfer
from .looking import look, looked
from .staging import advance
from .telling import tell

__all__ = [
    "advance", "approve", "ask", "assign", "attach", "consent", "decide", "draft", "extend", "file", "follow_up",
    "look", "looked", "note", "rate", "remind", "reply", "send_back", "tell", "transfer", "wind", "withdraw",
]  # fmt: skip
