"""The client of the plain server at the level of frames: what it is told, and how its connection ended."""

import asyncio
import subprocess
import sys
from collections.abc import Awaitable, Callable

import pytest
from websockets.asyncio.server import ServerConnection, serve

from toolkit.chat.protocol import encode
from toolkit.measure.adapters import adapter
from toolkit.measure.adapters.base import End, Payload, Session, outcome

Then = Callable[[ServerConnection], Awaitable[None]]
Scenario = Callable[[Session, list[Payload]], Awaitable[None]]


def met(then: Then, scenario: Scenario) -> None:
    """Join a server that goes on as ``then`` says, and play the scenario with the session."""

    async def handler(socket: ServerConnection) -> None:
        await socket.recv()
        await socket.send(encode({"type": "joined", "room": "tea"}))
        await then(socket)
        await socket.wait_closed()

    async def play() -> None:
        async with serve(handler, "127.0.0.1", 0, ping_interval=None, compression=None) as server:
            url = f"ws://127.0.0.1:{next(iter(server.sockets)).getsockname()[1]}/"
            heard: list[Payload] = []
            async with asyncio.timeout(10):
                session = await adapter("current-unfixed").connect(url, room="tea", receive=heard.append)
                await scenario(session, heard)

    asyncio.run(play())


def ends(then: Then) -> tuple[End, list[Payload]]:
    """How the connection ended by itself, and what was heard until then."""
    found: list[tuple[End, list[Payload]]] = []

    async def until_ended(session: Session, heard: list[Payload]) -> None:
        found.append((await session.ended(), heard))
        with pytest.raises(ConnectionResetError):
            await session.publish({"m": "late"})

    met(then, until_ended)
    return found[0]


MESSAGE = encode({"type": "message", "data": {"m": "r1", "pad": "é"}}).encode()


@pytest.mark.parametrize(
    ("frames", "code"),
    [
        (b"\x81\x03{x}", 1002),
        (b"\x81\x02[]", 1002),
        (b"\x81\x12" + b'{"type":"message"}', 1002),
        (b"\x81\x02\xff\xff", 1007),
        (b"\x82\x02{}", 1002),
        (b"\xc1" + bytes([len(MESSAGE)]) + MESSAGE, 1002),
        (b"\x80\x02{}", 1002),
        (b"\x01\x00\x81\x00", 1002),
        (b"\x83\x00", 1002),
        (b"\x81\x7f" + (2**20 + 1).to_bytes(8), 1009),
    ],
    ids=["no JSON", "no object", "no payload", "no UTF-8", "binary", "reserved bit", "stray fragment",
         "text amid fragments", "unknown opcode", "too big"],
)  # fmt: skip
def test_a_malformed_frame_ends_the_connection_and_nothing_after_it_counts(frames: bytes, code: int) -> None:
    async def write(socket: ServerConnection) -> None:
        good = bytes([0x81, len(MESSAGE)]) + MESSAGE
        socket.transport.write(good)
        await asyncio.sleep(0.05)
        socket.transport.write(frames + good)

    end, heard = ends(write)
    assert end == End(code, "client")
    assert heard == [{"m": "r1", "pad": "é"}]


def test_a_message_in_fragments_is_one_message_whatever_comes_between_them() -> None:
    async def write(socket: ServerConnection) -> None:
        cut = len(MESSAGE) - 4
        first, last = MESSAGE[:cut], MESSAGE[cut:]
        ping = b"\x89\x02hi"
        parts = (b"\x01", first), (b"\x00", b""), (b"\x80", last)
        socket.transport.write(ping.join(head + bytes([len(part)]) + part for head, part in parts))
        await asyncio.sleep(0.05)
        await socket.close(1001)

    assert ends(write) == (End(1001, "server"), [{"m": "r1", "pad": "é"}])


@pytest.mark.parametrize("code", [1000, 1001, 1012, 4408])
def test_a_close_of_the_server_is_told_with_its_code(code: int) -> None:
    assert ends(lambda socket: socket.close(code)) == (End(code, "server"), [])


def test_a_close_without_a_code_is_1005() -> None:
    async def write(socket: ServerConnection) -> None:
        # What the library of the server answers to our answer is not its business any more.
        socket.transport.write(b"\x88\x00")
        await asyncio.sleep(0.1)
        socket.transport.abort()

    assert ends(write)[0] == End(1005, "server")


def test_a_line_that_breaks_is_the_network_s_doing() -> None:
    async def hang_up(socket: ServerConnection) -> None:
        socket.transport.abort()

    assert ends(hang_up)[0] == End(1006, "network")


def test_a_close_on_purpose_is_1000_at_both_ends() -> None:
    told: list[int | None] = []

    async def note(socket: ServerConnection) -> None:
        await socket.wait_closed()
        told.append(socket.close_code)

    async def close(session: Session, heard: list[Payload]) -> None:
        assert session.local_port is not None
        assert await session.close() == 1000
        assert await session.close() == 1000

    met(note, close)
    assert told == [1000]


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n", "http_503"),
        (b"", "refused"),
        (b"SSH-2.0-OpenSSH_9.6\r\n\r\n", "error"),
    ],
    ids=["refused in HTTP", "hangs up", "another protocol"],
)
def test_a_failed_handshake_is_recorded_under_its_class(answer: bytes, kind: str) -> None:
    async def serve_once(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(answer)
        writer.close()

    async def attempt() -> str:
        async with await asyncio.start_server(serve_once, "127.0.0.1", 0) as server:
            url = f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
            with pytest.raises(Exception) as caught:
                await adapter("current-unfixed").connect(url, room="tea", receive=print)
            return outcome(caught.value)

    assert asyncio.run(attempt()) == kind


@pytest.mark.parametrize(("closes", "kind"), [(True, "error"), (False, "refused")])
def test_who_is_never_let_into_the_room_has_no_connection(closes: bool, kind: str) -> None:
    async def turn_away(socket: ServerConnection) -> None:
        await socket.recv()
        if closes:
            await socket.close(1008)
        else:
            socket.transport.abort()

    async def attempt() -> str:
        async with serve(turn_away, "127.0.0.1", 0) as server:
            url = f"ws://127.0.0.1:{next(iter(server.sockets)).getsockname()[1]}/"
            with pytest.raises(Exception) as caught:
                await adapter("current-unfixed").connect(url, room="tea", receive=print)
            return outcome(caught.value)

    assert asyncio.run(attempt()) == kind


def test_an_attempt_that_is_given_up_leaves_no_connection() -> None:
    gone = asyncio.Event()

    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        gone.set()
        writer.close()

    async def attempt() -> None:
        async with await asyncio.start_server(silent, "127.0.0.1", 0) as server:
            url = f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.2):
                    await adapter("current-unfixed").connect(url, room="tea", receive=print)
            async with asyncio.timeout(5):
                await gone.wait()

    asyncio.run(attempt())


def test_without_the_compiled_client_the_extra_is_named() -> None:
    program = """
import sys
sys.modules["picows"] = None
from toolkit.measure.adapters import adapter
from toolkit.project.faults import EnvironmentFault
try:
    adapter("current-unfixed")
except EnvironmentFault as fault:
    print(fault)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "the Python package picows is missing; install the extra bakeoff\n"
