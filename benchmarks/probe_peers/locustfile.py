"""The load of bench_probe.py in Locust: a user has one connection, sends at its pace, times the others."""

import json
import os
import random
import time

import gevent
import websocket
from locust import User, events, task

URL, ROOM, EVERY_S, BYTES = (os.environ[name] for name in ("URL", "ROOM", "EVERY_S", "BYTES"))


class Member(User):
    """One connection; what it receives is fired as a request, as Locust's own users do."""

    count = 0

    def on_start(self) -> None:
        number, Member.count = Member.count, Member.count + 1
        self.name, self.room, self.sent = str(number), f"r{number // int(ROOM)}", 0
        self.socket = websocket.create_connection(URL)
        self.socket.send(json.dumps({"type": "join", "room": self.room}))
        self.reader = gevent.spawn(self.read)
        gevent.sleep(random.random() * float(EVERY_S))
        self.next_s = time.monotonic()

    def read(self) -> None:
        """Time what the others send."""
        while text := self.socket.recv():
            message = json.loads(text)
            if message["type"] == "message":
                events.request.fire(
                    request_type="ws",
                    name="delivery",
                    response_time=(time.time() - message["data"]["t"]) * 1000,
                    response_length=len(text),
                    exception=None,
                    context={},
                )

    @task
    def say(self) -> None:
        """Send the next message when it is due."""
        self.sent += 1
        data = {"m": f"{self.name}-{self.sent}", "t": time.time(), "pad": "x" * int(BYTES)}
        self.socket.send(json.dumps({"type": "publish", "room": self.room, "data": data}))
        self.next_s += float(EVERY_S)
        gevent.sleep(max(0.0, self.next_s - time.monotonic()))

    def on_stop(self) -> None:
        self.reader.kill()
        self.socket.close()
