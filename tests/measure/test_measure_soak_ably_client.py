"""The protocol that the adapter speaks is the one of Ably's official client: they talk over one stand-in."""

import asyncio
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from stand_ins import ABLY_KEY, AblyStandIn, adapter_at, standing_in

CLIENT = Path(__file__).with_name("ably_official_client.py")


@pytest.fixture(scope="module")
def official(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Python of an environment with Ably's client, which wants an older websockets than ours."""
    home = tmp_path_factory.mktemp("ably")
    subprocess.run([sys.executable, "-m", "venv", home], check=True)
    python = home / "bin" / "python"
    subprocess.run([python, "-m", "pip", "install", "--quiet", "ably>=3.1,<4"], check=True)
    return python


@pytest.mark.soak
def test_the_official_client_and_the_adapter_hear_each_other_before_and_after_a_loss(official: Path) -> None:
    async def scenario() -> None:
        stand_in, heard = AblyStandIn(), []
        async with standing_in(stand_in) as port, asyncio.timeout(60):
            speaks = adapter_at("ably", port)
            ours: Any = await speaks.connect("", room="tea", receive=heard.append, episode="ann/1")
            client = await asyncio.create_subprocess_exec(
                official, CLIENT, str(port), ABLY_KEY, ours._channel, stdout=asyncio.subprocess.PIPE
            )
            assert client.stdout is not None
            reading = asyncio.create_task(ours.ended())
            assert await client.stdout.readline() == b"published\n"
            while not heard:
                await asyncio.sleep(0.01)
            assert heard == [{"m": "official"}]
            await ours.publish({"m": 1})
            assert json.loads(await client.stdout.readline()) == {"m": 1}
            # Both lose their connection, and resume it.
            await stand_in.end()
            await reading
            ours = await speaks.connect("", room="tea", receive=heard.append, episode="ann/1")
            for payload in ({"m": 2}, {"m": "end"}):
                await ours.publish(payload)
                assert json.loads(await client.stdout.readline()) == payload
            assert await client.wait() == 0
            await speaks.close()
        # They ask for the same, but that we ask for JSON, for no echo and for heartbeats that can be seen,
        # and that it tells who it is.
        own, other = stand_in.asked["connection1"], stand_in.asked["connection2"]
        assert own[-1] ^ other[-1] <= {"format", "echo", "heartbeats", "agent"}
        # What an ATTACH may add where no modes or parameters of a channel are asked for (RTL4k, RTL4l).
        assert own[10] ^ other[10] <= {"flags", "params"}
        assert own[15] == other[15]
        assert own[7] == other[7]

    asyncio.run(scenario())
