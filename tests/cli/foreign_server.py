"""A real FTP server on 127.0.0.1 for what lies elsewhere."""

import logging
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

with warnings.catch_warnings():
    # It still imports asyncore, which Python 3.12 no longer has; there it brings its own.
    warnings.simplefilter("ignore", DeprecationWarning)
    from pyftpdlib.authorizers import DummyAuthorizer
    from pyftpdlib.handlers import FTPHandler
    from pyftpdlib.servers import ThreadedFTPServer


@contextmanager
def ftp_server(folder: Path) -> Iterator[str]:
    """The URL of the folder, for as long as the block lasts."""
    logging.getLogger("pyftpdlib").setLevel(logging.CRITICAL)
    users = DummyAuthorizer()
    users.add_user("ann", "secret", str(folder), perm="elradfmwMT")
    handler = type("Handler", (FTPHandler,), {"authorizer": users})
    server = ThreadedFTPServer(("127.0.0.1", 0), handler)
    stopping = threading.Event()

    def serve() -> None:
        while not stopping.is_set():
            server.serve_forever(timeout=0.05, blocking=False)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield f"ftp://ann:secret@127.0.0.1:{server.address[1]}"
    finally:
        stopping.set()
        thread.join()
        server.close_all()
