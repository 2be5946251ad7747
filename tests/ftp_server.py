"""A real FTP server on 127.0.0.1, for what lies elsewhere."""

import logging
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

with warnings.catch_warnings():
    # It still imports asyncore, which Python 3.12 no longer has; there it brings its own.
    warnings.simplefilter("ignore", DeprecationWarning)
    from pyftpdlib.authorizers import DummyAuthorizer
    from pyftpdlib.handlers import FTPHandler
    from pyftpdlib.servers import ThreadedFTPServer

USER, PASSWORD, QUOTED = "ann", "s3cr:et/word", "s3cr%3Aet%2Fword"


@dataclass
class Server:
    """An FTP server of one folder that can be stopped and started again at its port.

    Args:
        refused: names with this in them cannot be stored.
    """

    folder: Path
    port: int = 0
    refused: str | None = None
    _stopping: threading.Event = field(default_factory=threading.Event, repr=False)
    _thread: threading.Thread | None = field(default=None, repr=False)

    @property
    def url(self) -> str:
        return f"ftp://{USER}:{QUOTED}@127.0.0.1:{self.port}/metrics"

    def start(self) -> None:
        logging.getLogger("pyftpdlib").setLevel(logging.CRITICAL)
        users = DummyAuthorizer()
        users.add_user(USER, PASSWORD, str(self.folder), perm="elradfmwMT")
        outer = self

        class Handler(FTPHandler):
            authorizer = users
            auth_failed_timeout = 0

            def ftp_STOR(self, file: str, mode: str = "w") -> str | None:
                if outer.refused and outer.refused in file:
                    self.respond("452 Insufficient storage space.")
                    return None
                stored: str | None = super().ftp_STOR(file, mode)
                return stored

        ThreadedFTPServer.poll_timeout = 0.05
        running = ThreadedFTPServer(("127.0.0.1", self.port), Handler)
        self.port = running.address[1]
        self._stopping.clear()

        def serve() -> None:
            while not self._stopping.is_set():
                running.serve_forever(timeout=0.05, blocking=False, handle_exit=False)
            running.close_all()

        self._thread = threading.Thread(target=serve, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        if self._thread is not None:
            self._thread.join(timeout=10)


@contextmanager
def serving(folder: Path) -> Iterator[Server]:
    """A server of ``folder`` for the length of the block."""
    server = Server(folder)
    server.start()
    try:
        yield server
    finally:
        server.stop()
