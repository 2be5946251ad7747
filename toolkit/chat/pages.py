"""What the server answers to plain HTTP: health, metrics, and the demo page."""

import json
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from websockets.asyncio.server import ServerConnection
from websockets.http11 import Response

_DEMO = Path(__file__).with_name("demo.html")

# The page's own script and style are inline; it may talk to its own server and to nobody else.
_POLICY = (
    "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; connect-src 'self' ws: wss:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


@dataclass(frozen=True)
class Snapshot:
    """What the server counts, as of now."""

    connections: int
    rooms: int
    counts: Counter[str]


def respond(socket: ServerConnection, path: str, now: Snapshot) -> Response:
    """The answer to a request for another path than the WebSocket's."""
    if path == "/health":
        body = json.dumps({"status": "ok", "connections": now.connections, "rooms": now.rooms}) + "\n"
        return _response(socket, body, "application/json")
    if path == "/metrics":
        return _response(socket, prometheus(now), "text/plain; version=0.0.4; charset=utf-8")
    if path == "/":
        response = _response(socket, _DEMO.read_text(encoding="utf-8"), "text/html; charset=utf-8")
        response.headers["Content-Security-Policy"] = _POLICY
        return response
    return socket.respond(404, "there is /, /ws, /health and /metrics\n")


def _response(socket: ServerConnection, body: str, kind: str) -> Response:
    response = socket.respond(200, body)
    del response.headers["Content-Type"]
    response.headers["Content-Type"] = kind
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


def prometheus(now: Snapshot) -> str:
    """The counts in the Prometheus text format."""
    lines = [
        *_metric("chat_connections", "gauge", "Open connections.", now.connections),
        *_metric("chat_rooms", "gauge", "Rooms with at least one member.", now.rooms),
    ]
    for name, help_text in _COUNTERS.items():
        lines += _metric(f"chat_{name}_total", "counter", help_text, now.counts[name])
    lines += [
        "# HELP chat_closed_total Connections closed, by close code.",
        "# TYPE chat_closed_total counter",
    ]
    for name, count in sorted(now.counts.items()):
        if name.startswith("closed_"):
            lines.append(f'chat_closed_total{{code="{name.removeprefix("closed_")}"}} {count}')
    return "\n".join(lines) + "\n"


_COUNTERS = {
    "opened": "Connections opened.",
    "refused": "Handshakes refused because a limit was reached.",
    "published": "Messages published.",
    "delivered": "Messages handed to a recipient's connection.",
    "pings": "Heartbeats sent.",
    "timed_out": "Connections closed because they were silent too long.",
    "too_slow": "Connections cut because they did not read.",
    "misunderstood": "Frames that were no valid message.",
    "errors": "Connections that failed unexpectedly.",
    "unrecorded": "Connections that the recorder did not take.",
}


def _metric(name: str, kind: str, help_text: str, value: int) -> list[str]:
    return [f"# HELP {name} {help_text}", f"# TYPE {name} {kind}", f"{name} {value}"]
