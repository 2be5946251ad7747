"""The server's log: one event a record, with its fields, and never a flood of them."""

import logging
import sys
from typing import Any, TextIO

from pythonjsonlogger.json import JsonFormatter

from toolkit.chat.server.quiet import Quiet, QuietLibrary

_log = logging.getLogger("toolkit.chat")

library_log = logging.getLogger("toolkit.chat.websockets")
"""What the WebSocket library logs by itself. It never logs requests, which hold tokens: not even if the root
logger is set to show everything."""
library_log.setLevel(logging.WARNING)
library_log.addFilter(QuietLibrary(Quiet(burst=5)))


class ChatLog:
    """Logs events of one server, a limited number of them in each period.

    Fields are names and numbers of ours: neither what clients say nor anything secret.

    Args:
        quiet: the limit.
    """

    def __init__(self, quiet: Quiet) -> None:
        self._quiet = quiet

    def info(self, event: str, **fields: Any) -> None:
        """Log something that is in order."""
        self._event(logging.INFO, event, fields)

    def warning(self, event: str, **fields: Any) -> None:
        """Log something that should be looked at."""
        self._event(logging.WARNING, event, fields)

    def error(self, event: str, **fields: Any) -> None:
        """Log a fault of ours, with the traceback of the exception that is being handled."""
        self._event(logging.ERROR, event, fields, exc_info=True)

    def tick(self) -> None:
        """Tell how many records were held back, once their period is over."""
        held_back = self._quiet.held_back()
        if held_back and self._quiet.passes():
            self._write(logging.INFO, "held_back", {"records": held_back})

    def _event(self, level: int, event: str, fields: dict[str, Any], *, exc_info: bool = False) -> None:
        # Asked first, so that a level nobody listens to uses nothing up.
        if not _log.isEnabledFor(level):
            return
        self.tick()
        if self._quiet.passes():
            self._write(level, event, fields, exc_info=exc_info)

    def _write(self, level: int, event: str, fields: dict[str, Any], *, exc_info: bool = False) -> None:
        text = " ".join([event, *(f"{name}={value}" for name, value in fields.items())])
        _log.log(level, text, extra={"event": event, **fields}, exc_info=exc_info)


def write_json(stream: TextIO | None = None) -> logging.Handler:
    """The handler that writes the chat's log as JSON lines from now on; None: to standard error."""
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(JsonFormatter("%(levelname)s %(name)s %(message)s", timestamp="at"))
    _log.addHandler(handler)
    _log.setLevel(logging.INFO)
    _log.propagate = False
    return handler
