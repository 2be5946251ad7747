"""Socket.IO goes on where its connection broke, as its real client does."""

import asyncio
from typing import Any

from toolkit.measure.adapters import adapter, kind
from toolkit.measure.faults.proxy import FaultProxy
from toolkit.measure.faults.script import NetworkFaults, Step
from toolkit.measure.servers.processes import running


def test_what_was_said_while_a_client_was_away_comes_once_and_in_order(run: Any) -> None:
    async def scenario() -> None:
        heard: list[Any] = []
        async with running("socketio") as server, FaultProxy(server.port, NetworkFaults(), 1) as proxy:
            speaks = adapter("socketio")
            direct, cut = (kind("socketio").local_url(port) for port in (server.port, proxy.port))
            ann = await speaks.connect(direct, room="tea", receive=print)
            bob = await speaks.connect(cut, room="tea", receive=heard.append, episode="bob")
            await ann.publish({"m": 0})
            while not heard:
                await asyncio.sleep(0.01)
            proxy.do(Step(at_s=0, fault="reset"))
            await bob.ended()
            await asyncio.sleep(0.1)
            for number in (1, 2):
                await ann.publish({"m": number})
            bob = await speaks.connect(cut, room="tea", receive=heard.append, episode="bob")
            await ann.publish({"m": 3})
            while len(heard) < 4:
                await asyncio.sleep(0.01)
            # A client that left on purpose begins anew.
            await bob.close()
            await ann.publish({"m": 4})
            await speaks.connect(cut, room="tea", receive=heard.append, episode="bob")
            await asyncio.sleep(0.1)
            await speaks.close()
        assert heard == [{"m": number} for number in range(4)]

    run(scenario())
