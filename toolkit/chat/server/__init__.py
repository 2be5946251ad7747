"""The stabilised server: rooms over WebSocket at ``/ws``, with sessions that survive their connections.

The messages are described in :mod:`toolkit.chat.protocol`. Beside them: ``/health`` (JSON), ``/metrics``
(Prometheus text) and a demo page at ``/``.
"""

from toolkit.chat.server.chatserver import ChatServer
from toolkit.chat.server.facts import ChatRecorder
from toolkit.chat.server.running import loop_factory, run_server, serve

__all__ = ["ChatRecorder", "ChatServer", "loop_factory", "run_server", "serve"]
