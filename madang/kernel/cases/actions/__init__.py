"""Everything that can happen to a case."""

from .answering import approve, decide, draft, follow_up, rate, send_back
from .clocking import ask, consent, extend, remind, reply, wind
from .filing import attach, file, withdraw
from .handling import assign, note, transfer
from .keeping import destroy_due, hold, lift
from .looking import look, looked, unmask
from .staging import advance
from .telling import tell

__all__ = [
    "advance", "approve", "ask", "assign", "attach", "consent", "decide", "destroy_due", "draft", "extend", "file",
    "follow_up", "hold", "lift", "look", "looked", "note", "rate", "remind", "reply", "send_back", "tell", "transfer",
    "unmask", "wind", "withdraw",
]  # fmt: skip
