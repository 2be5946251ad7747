"""Socket.IO on two nodes with Redis between them; connections are dealt out, so rooms span both.

Its Redis adapter relays and keeps nothing, so no connection is recovered: that needs its Streams adapter.
"""

import shutil

from toolkit.chat.settings import PresetName
from toolkit.measure.adapters.base import Kind
from toolkit.measure.adapters.socketio import SocketIOAdapter
from toolkit.measure.servers.node_servers import serves
from toolkit.project.faults import EnvironmentFault

_serves_nodes = serves("socketio-redis")


def _command(preset: PresetName) -> list[str]:
    redis = shutil.which("redis-server")
    if redis is None:
        raise EnvironmentFault("redis-server is missing; install it (Debian: apt-get install redis-server)")
    return [*_serves_nodes(preset), redis]


KIND = Kind(speaks=lambda preset: SocketIOAdapter(), command=_command, scheme="http")
