"""What the server answers to plain HTTP: health, metrics, and the demo page."""

import json
from functools import cache
from http import HTTPStatus
from pathlib import Path

from websockets.asyncio.server import ServerConnection
from websockets.http11 import Request, Response

from toolkit.chat.server.admission import Refusal
from toolkit.chat.server.exposition import Snapshot

_WEB = Path(__file__).parents[1] / "web"

_KINDS = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
}

# Its own files and its own server, and nothing else: no inline script, whatever a message may hold.
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self' ws: wss:; img-src data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)

_METHODS = ("GET", "HEAD")


def health(socket: ServerConnection, now: Snapshot) -> Response:
    """Whether the server takes connections, for whoever balances load."""
    document = {
        "status": "draining" if now.draining else "ok",
        "connections": now.connections,
        "rooms": now.rooms,
        "sessions": now.sessions,
        "loop_lag_s": round(now.loop_lag_s, 3),
    }
    status = HTTPStatus.SERVICE_UNAVAILABLE if now.draining else HTTPStatus.OK
    return _response(socket, json.dumps(document).encode() + b"\n", "application/json", status=status)


def metrics(socket: ServerConnection, text: bytes) -> Response:
    """The counts."""
    return _response(socket, text, "text/plain; version=0.0.4; charset=utf-8")


def page(socket: ServerConnection, path: str) -> Response:
    """The demo page or a part of it, or that there is no such thing."""
    found = _files().get("/index.html" if path == "/" else path)
    if found is None:
        return socket.respond(404, "there is /, /ws, /health and /metrics\n")
    response = _response(socket, found.read_bytes(), _KINDS[found.suffix], cache="no-cache")
    response.headers["Content-Security-Policy"] = _POLICY
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


def refusal(socket: ServerConnection, refused: Refusal) -> Response:
    """That a handshake is refused."""
    response = socket.respond(refused.status, refused.text)
    if refused.retry_after_s is not None:
        response.headers["Retry-After"] = str(refused.retry_after_s)
    if refused.status == HTTPStatus.UNAUTHORIZED:
        response.headers["WWW-Authenticate"] = "Bearer"
    response.headers["Cache-Control"] = "no-store"
    # A page cannot see why its handshake failed and asks by fetch, perhaps from another origin.
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Access-Control-Expose-Headers"] = "Retry-After"
    return response


def upgrade_needed(socket: ServerConnection) -> Response:
    """That a plain request came where a handshake would be admitted."""
    response = socket.respond(426, "this is a WebSocket; ask for an upgrade\n")
    response.headers["Upgrade"] = "websocket"
    response.headers["Cache-Control"] = "no-store"
    response.headers["Access-Control-Allow-Origin"] = "*"
    return response


def wrong_method(socket: ServerConnection, request: Request) -> Response | None:
    """That a request is no question. None: it is one."""
    if request.method in _METHODS:
        return None
    response = socket.respond(405, "only GET and HEAD are understood\n")
    response.headers["Allow"] = ", ".join(_METHODS)
    return response


@cache
def _files() -> dict[str, Path]:
    """What may be asked for, by path; nothing that a request says becomes part of a file's name."""
    return {f"/{file.name}": file for file in _WEB.iterdir() if file.suffix in _KINDS}


def _response(
    socket: ServerConnection,
    body: bytes,
    kind: str,
    *,
    status: HTTPStatus = HTTPStatus.OK,
    cache: str = "no-store",
) -> Response:
    response = socket.respond(status, "")
    del response.headers["Content-Type"], response.headers["Content-Length"]
    response.headers["Content-Type"] = kind
    response.headers["Content-Length"] = str(len(body))
    response.headers["Cache-Control"] = cache
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.body = body
    return response
