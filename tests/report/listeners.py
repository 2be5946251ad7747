"""Whom messages are sent to in tests: a real HTTP server, and a stand-in for an SMTP server, on loopback."""

import asyncio
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any


@dataclass
class Listener:
    """A server and what it was told, in the order of arrival."""

    port: int = 0
    told: list[Any] = field(default_factory=list)
    status: int = 200


@contextmanager
def http_listener() -> Iterator[Listener]:
    """A web server that takes JSON by POST."""
    listener = Listener()

    class Takes(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            listener.told.append({"path": self.path, **json.loads(body)})
            self.send_response(listener.status)
            self.end_headers()

        def log_message(self, *_arguments: Any) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Takes)
    listener.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield listener
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@contextmanager
def smtp_listener() -> Iterator[Listener]:
    """A stand-in for a mail server: it speaks as much SMTP as it takes to be given a mail."""
    listener, loop, ready = Listener(), asyncio.new_event_loop(), threading.Event()

    async def converse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        def answer(line: bytes) -> None:
            writer.write(line + b"\r\n")

        answer(b"220 stand-in")
        while line := (await reader.readline()).rstrip():
            verb = line[:4].upper()
            if verb == b"DATA":
                answer(b"354 go on")
                mail = await reader.readuntil(b"\r\n.\r\n")
                listener.told.append(mail.decode().removesuffix(".\r\n"))
            answer(b"221 bye" if verb == b"QUIT" else b"250 fine")
            if verb == b"QUIT":
                break
        writer.close()

    async def serve() -> None:
        server = await asyncio.start_server(converse, "127.0.0.1", 0)
        listener.port = server.sockets[0].getsockname()[1]
        ready.set()
        async with server:
            await stopped.wait()

    stopped = asyncio.Event()
    thread = threading.Thread(target=loop.run_until_complete, args=(serve(),))
    thread.start()
    assert ready.wait(10)
    try:
        yield listener
    finally:
        loop.call_soon_threadsafe(stopped.set)
        thread.join()
        loop.close()
