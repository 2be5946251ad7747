"""Stand-ins for managed services on this machine: the protocol of each, and every failure on demand.

Nothing measured here says anything about a vendor; only tests can put an adapter before a stand-in.
"""

import asyncio
import hashlib
import hmac
import json
from collections import defaultdict
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

from aiohttp import WSMsgType, web

from toolkit.measure.adapters.ably import AblyAdapter
from toolkit.measure.adapters.managed import SILENT, ManagedAdapter, Place
from toolkit.measure.adapters.pubnub import PubNubAdapter
from toolkit.measure.adapters.pusher import PusherAdapter

ABLY_KEY = "appCANARY.keyCANARY:secretCANARY"
PUSHER_ID, PUSHER_KEY, PUSHER_SECRET = "1", "keyCANARY", "secretCANARY"
PUBLISH_KEY, SUBSCRIBE_KEY = "pub-c-CANARY", "sub-c-CANARY"

Frame = dict[str, Any]


@dataclass
class StandIn:
    """What all stand-ins have.

    Args:
        requests: how many attempts to connect came in.
        published: payloads that were taken, in order, with doubles.
        garbage: texts that each client is sent before what it waits for.
        answer: an HTTP status that every request gets. None: a proper answer.
        publish_answer: the same for publishes only.
        silent: whether nobody ever gets an answer.
        started: is told the loop that it runs in.
    """

    requests: int = 0
    published: list[Any] = field(default_factory=list)
    garbage: tuple[str, ...] = ()
    answer: int | None = None
    publish_answer: int | None = None
    silent: bool = False
    started: Callable[[asyncio.AbstractEventLoop], None] = lambda loop: None

    def routes(self) -> list[web.RouteDef]:
        raise NotImplementedError

    async def end(self) -> None:
        """End all connections, as the server."""
        raise NotImplementedError


@dataclass
class AblyStandIn(StandIn):
    """Ably's realtime protocol 5 in JSON.

    Args:
        idle_ms: the longest silence that it announces; it is silent for longer all the same.
        mute: whether it answers no publish; it counts them.
        resumes: whether it still knows connections that were lost.
        asked: by connection, the fields of each kind of frame that it sent; those of its address are kind -1.
    """

    idle_ms: int = 15_000
    mute: bool = False
    resumes: bool = True
    unanswered: int = 0
    asked: dict[str, dict[int, set[str]]] = field(default_factory=dict)
    sockets: dict[str, web.WebSocketResponse] = field(default_factory=dict)
    attached: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    said: dict[str, list[tuple[str, Frame]]] = field(default_factory=lambda: defaultdict(list))
    taken: set[tuple[str, int]] = field(default_factory=set)

    def routes(self) -> list[web.RouteDef]:
        return [web.get("/", self.serve)]

    async def serve(self, request: web.Request) -> web.StreamResponse:
        self.requests += 1
        if self.answer is not None:
            return web.Response(status=self.answer)
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        if request.query["key"] != ABLY_KEY:
            error = {"statusCode": 401, "code": 40101, "message": f"no such key {request.query['key']}"}
            await socket.send_json({"action": 9, "error": error})
            await socket.close()
            return socket
        for text in self.garbage:
            await socket.send_str(text)
        name = await self.welcome(socket, request.query.get("resume", ""))
        asked = self.asked.setdefault(name, {})
        asked.setdefault(-1, set()).update(request.query)
        async for message in socket:
            if message.type is WSMsgType.TEXT:
                frame = json.loads(message.data)
                asked.setdefault(frame["action"], set()).update(frame)
                await self.hear(name, socket, frame)
        self.sockets.pop(name, None)
        return socket

    async def welcome(self, socket: web.WebSocketResponse, resume: str) -> str:
        known = self.resumes and resume.startswith("key-of-")
        name = resume.removeprefix("key-of-") if known else f"connection{self.requests}"
        self.sockets[name] = socket
        for members in self.attached.values():
            members.discard(name)  # It attaches again, and hears then what it missed.
        details = {"connectionKey": f"key-of-{name}", "maxIdleInterval": self.idle_ms}
        await socket.send_json(
            {
                "action": 4,
                "connectionId": name,
                "connectionDetails": {**details, "connectionStateTtl": 120_000},
            }
        )
        return name

    async def hear(self, name: str, socket: web.WebSocketResponse, frame: Frame) -> None:
        channel = frame.get("channel", "")
        match frame["action"]:
            case 0:
                await socket.send_json(frame)
            case 7:
                await socket.send_json({"action": 8})
            case 10:
                await self.attach(name, socket, channel, frame.get("channelSerial"))
            case 15 if self.mute:
                self.unanswered += 1
            case 15:
                answer: Frame = {"action": 1, "msgSerial": frame["msgSerial"], "count": 1}
                if self.publish_answer is not None:
                    error = {"statusCode": self.publish_answer, "code": self.publish_answer * 100}
                    answer |= {"action": 2, "error": error}
                elif (name, frame["msgSerial"]) not in self.taken:
                    self.taken.add((name, frame["msgSerial"]))
                    await self.fan_out(name, channel, frame["messages"])
                await socket.send_json(answer)

    async def attach(
        self, name: str, socket: web.WebSocketResponse, channel: str, serial: str | None
    ) -> None:
        self.attached[channel].add(name)
        now = len(self.said[channel])
        await socket.send_json({"action": 11, "channel": channel, "channelSerial": f"s{now}", "flags": 0})
        for number in range(int(serial[1:]) if serial else now, now):
            sender, frame = self.said[channel][number]
            if sender != name:
                await socket.send_json(frame)

    async def fan_out(self, name: str, channel: str, messages: list[Frame]) -> None:
        self.published += [json.loads(message["data"]) for message in messages]
        serial = f"s{len(self.said[channel]) + 1}"
        frame = {"action": 15, "channel": channel, "channelSerial": serial, "messages": messages}
        self.said[channel].append((name, frame))
        for other in self.attached[channel] - {name}:
            if other in self.sockets:
                await self.sockets[other].send_json(frame)

    async def end(self) -> None:
        error = {"statusCode": 400, "code": 80003, "message": "goodbye"}
        for socket in list(self.sockets.values()):
            await socket.send_json({"action": 6, "error": error})
            await socket.close()


@dataclass
class PusherStandIn(StandIn):
    """Pusher's protocol 7, and its HTTP API.

    Args:
        activity_timeout_s: which it asks for.
        mute: whether it answers no ping.
    """

    activity_timeout_s: float = 120
    mute: bool = False
    sockets: dict[str, web.WebSocketResponse] = field(default_factory=dict)
    subscribed: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    pongs: int = 0

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/app/{key}", self.serve),
            web.post(f"/apps/{PUSHER_ID}/events", self.take),
        ]

    async def serve(self, request: web.Request) -> web.StreamResponse:
        self.requests += 1
        if self.answer is not None:
            return web.Response(status=self.answer)
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        if request.match_info["key"] != PUSHER_KEY or request.query["protocol"] != "7":
            text = f"app key {request.match_info['key']} not in this cluster"
            await self.say(socket, "pusher:error", {"code": 4001, "message": text})
            await socket.close(code=4001)
            return socket
        name = f"1.{self.requests}"
        self.sockets[name] = socket
        for text in self.garbage:
            await socket.send_str(text)
        hello = {"socket_id": name, "activity_timeout": self.activity_timeout_s}
        await self.say(socket, "pusher:connection_established", hello)
        async for message in socket:
            if message.type is WSMsgType.TEXT:
                await self.hear(name, socket, json.loads(message.data))
        self.sockets.pop(name, None)
        return socket

    async def say(
        self, socket: web.WebSocketResponse, event: str, data: Frame, channel: str | None = None
    ) -> None:
        named = {} if channel is None else {"channel": channel}
        await socket.send_json({"event": event, "data": json.dumps(data), **named})

    async def hear(self, name: str, socket: web.WebSocketResponse, frame: Frame) -> None:
        match frame["event"]:
            case "pusher:subscribe":
                channel = frame["data"]["channel"]
                if frame["data"]["auth"] == f"{PUSHER_KEY}:{signed(f'{name}:{channel}')}":
                    self.subscribed[channel].add(name)
                    await self.say(socket, "pusher_internal:subscription_succeeded", {}, channel)
                else:
                    text = f"no signature of {PUSHER_KEY}"
                    data = {"type": "AuthError", "error": text, "status": 401}
                    await self.say(socket, "pusher:subscription_error", data, channel)
            case "pusher:ping" if not self.mute:
                await self.say(socket, "pusher:pong", {})
            case "pusher:pong":
                self.pongs += 1

    async def take(self, request: web.Request) -> web.Response:
        body = await request.read()
        query = dict(request.query)
        signature = query.pop("auth_signature")
        text = "\n".join(["POST", request.path, "&".join(f"{k}={query[k]}" for k in sorted(query))])
        good = signature == signed(text) and query["body_md5"] == hashlib.md5(body).hexdigest()
        if not good or query["auth_key"] != PUSHER_KEY:
            return web.Response(status=401, text=f"unknown auth_key {query['auth_key']}")
        if self.publish_answer is not None:
            return web.Response(status=self.publish_answer, text=f"no, {PUSHER_KEY}")
        event = json.loads(body)
        self.published.append(json.loads(event["data"]))
        for channel in event["channels"]:
            for name in self.subscribed[channel] - {event["socket_id"]}:
                if name in self.sockets:
                    await self.say(self.sockets[name], event["name"], json.loads(event["data"]), channel)
        return web.json_response({})

    async def end(self) -> None:
        for socket in list(self.sockets.values()):
            await self.say(socket, "pusher:error", {"code": 4200, "message": "reconnect"})
            await socket.close(code=4200)


def signed(text: str) -> str:
    return hmac.new(PUSHER_SECRET.encode(), text.encode(), hashlib.sha256).hexdigest()


@dataclass
class PubNubStandIn(StandIn):
    """PubNub's subscribe and publish over HTTP.

    Args:
        queue: how many messages it holds for a client that is away.
    """

    queue: int = 100
    said: dict[str, list[tuple[int, Frame]]] = field(default_factory=lambda: defaultdict(list))
    bell: asyncio.Event = field(default_factory=asyncio.Event)
    over: bool = False
    left: list[str] = field(default_factory=list)
    now: int = 16_000_000_000_000_000

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/v2/subscribe/{key}/{channel}/0", self.subscribe),
            web.get("/publish/{pub}/{sub}/0/{channel}/0/{message:.+}", self.publish),
            web.get("/v2/presence/sub-key/{key}/channel/{channel}/leave", self.leave),
        ]

    async def subscribe(self, request: web.Request) -> web.Response:
        self.requests += 1
        key, channel, since = (
            request.match_info["key"],
            request.match_info["channel"],
            int(request.query["tt"]),
        )
        if key != SUBSCRIBE_KEY:
            error = {"status": 403, "error": True, "message": f"Invalid Subscribe Key {key}"}
            return web.json_response(error, status=403)
        if self.answer is not None:
            return web.json_response({"message": f"no, {key}"}, status=self.answer)
        if self.garbage:
            return web.Response(text=self.garbage[0])
        while since and not self.over and not self.since(channel, since):
            self.bell.clear()
            await self.bell.wait()
        if self.over:
            return web.json_response({"message": "goodbye"}, status=503)
        found = self.since(channel, since)[-self.queue :] if since else []
        return web.json_response({"t": {"t": str(self.now), "r": 1}, "m": [frame for _, frame in found]})

    def since(self, channel: str, since: int) -> list[tuple[int, Frame]]:
        return [(at, frame) for at, frame in self.said[channel] if at > since]

    async def publish(self, request: web.Request) -> web.Response:
        keys = (request.match_info["pub"], request.match_info["sub"])
        if keys != (PUBLISH_KEY, SUBSCRIBE_KEY):
            return web.json_response([0, f"Invalid Key {keys[0]}", "0"], status=400)
        if self.publish_answer is not None:
            return web.json_response([0, f"no, {keys[0]}", "0"], status=self.publish_answer)
        payload = json.loads(unquote(request.match_info["message"]))
        self.published.append(payload)
        self.now += 1
        channel = request.match_info["channel"]
        stamp = {"t": str(self.now), "r": 1}
        frame = {"a": "1", "i": request.query["uuid"], "p": stamp, "c": channel, "d": payload}
        self.said[channel].append((self.now, frame))
        self.bell.set()
        return web.json_response([1, "Sent", str(self.now)])

    async def leave(self, request: web.Request) -> web.Response:
        self.left.append(request.query["uuid"])
        return web.json_response({"status": 200, "message": "OK", "action": "leave"})

    async def end(self) -> None:
        self.over = True
        self.bell.set()


STAND_INS: dict[str, Callable[..., StandIn]] = {
    "ably": AblyStandIn,
    "pusher": PusherStandIn,
    "pubnub": PubNubStandIn,
}


def adapter_at(option: str, port: int, *, wrong: bool = False) -> ManagedAdapter:
    """The adapter of an option before a port of this machine, with a wrong key or the right one."""
    here = Place(f"127.0.0.1:{port}", tls=False)
    bad = "WRONGCANARY" if wrong else ""
    if option == "ably":
        return AblyAdapter(ABLY_KEY + bad, here)
    if option == "pusher":
        return PusherAdapter(PUSHER_ID, PUSHER_KEY + bad, PUSHER_SECRET, here, here)
    return PubNubAdapter(PUBLISH_KEY, SUBSCRIBE_KEY + bad, here)


@web.middleware
async def waiting(request: web.Request, handler: Any) -> web.StreamResponse:
    """Never answers."""
    await asyncio.sleep(3600)
    raise AssertionError("nobody waits for so long")


@asynccontextmanager
async def standing_in(stand_in: StandIn) -> AsyncIterator[int]:
    """The port at which the stand-in answers."""
    stand_in.started(asyncio.get_running_loop())
    app = web.Application(middlewares=[waiting] if stand_in.silent else [])
    app.add_routes(stand_in.routes())
    runner = web.AppRunner(app, access_log=None, logger=SILENT, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        yield runner.addresses[0][1]
    finally:
        if isinstance(stand_in, PubNubStandIn):
            await stand_in.end()
        await runner.cleanup()
