"""Platforms that call us: sessions, the letters they fetch, and the answers they bring. Nothing here asks anybody.

Everything is kept in rows, so that any worker answers any call and a session may be cut off at any of them: what was
committed to be written is handed out again, word for word, before anything else.
"""

from apps.sync.mailbox.session import (
    Busy,
    UnknownTicket,
    begin,
    connection_error,
    end,
    last_error,
    next_letter,
    receive,
)

__all__ = ["Busy", "UnknownTicket", "begin", "connection_error", "end", "last_error", "next_letter", "receive"]
