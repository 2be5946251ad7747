"""What a program can ask of the browser's client, each against the real server."""

import json
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pytest
from backstage import Backstage
from browsing import until
from chromium import chromium
from playwright.sync_api import Browser, Page, WebSocketRoute

QUICK = {"reconnect_base_s": 0.05, "reconnect_max_s": 0.2}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    opened = browser.new_page()
    yield opened
    opened.close()


BEGIN = """
const { ChatClient } = await import("/chat.js");
const client = (at = location.host) => new ChatClient(`ws://${at}/ws`);
const settled = (promise) => promise.catch((error) => error.code);
const next = (chat, type) => new Promise((resolve) =>
  chat.addEventListener(type, (event) => resolve(event.detail), { once: true }));
"""


def run(page: Page, stage: Backstage, body: str, *arguments: Any) -> Any:
    """What the body returns in the page; ``more`` are the arguments."""
    if not page.url.startswith("http"):
        page.goto(stage.address())
    return page.evaluate(
        f"""(more) => Promise.race([
          (async () => {{ {BEGIN} {body} }})(),
          new Promise((_, reject) => setTimeout(reject, 15_000, new Error("it takes too long"))),
        ])""",
        list(arguments),
    )


def test_members_and_history_are_asked_for(page: Page, fast: Any) -> None:
    with Backstage(fast()) as stage:
        users, history, own = run(
            page,
            stage,
            """const [ann, bob] = [client(), client()];
            await Promise.all([ann.join("milk"), bob.join("milk")]);
            const sent = [await ann.publish("milk", { a: [1, null, "ü"] }), await bob.publish("milk", 2)];
            return [await ann.who("milk"), await ann.history("milk", 5), [ann.user, bob.user, sent]];""",
        )
        ann, bob, sent = own
        assert users == sorted([ann, bob])
        assert [(one["from"], one["data"]) for one in history] == [(ann, {"a": [1, None, "ü"]}), (bob, 2)]
        assert [(one["offset"], one["duplicate"]) for one in sent] == [(1, False), (2, False)]


def test_direct_messages_survive_a_cut_of_their_recipient(page: Page, fast: Any) -> None:
    with Backstage(fast(**QUICK)) as stage:
        page.goto(stage.address())
        run(
            page,
            stage,
            """window.ann = client(more[0]); window.bob = client(); window.got = [];
            ann.addEventListener("direct", (event) => got.push([event.detail.from, event.detail.data]));
            await Promise.all([ann.join("milk"), bob.join("milk")]);
            await bob.direct(ann.user, 1);""",
            f"127.0.0.1:{stage.relay.port}",
        )
        stage.relay.closed = True
        stage.run(stage.relay.cut())
        run(page, stage, "await bob.direct(ann.user, 2); await bob.direct(ann.user, 3);")
        stage.relay.closed = False
        until(page, lambda: page.evaluate("got.length") == 3, "all three")
        bob = page.evaluate("bob.user")
        assert page.evaluate("got") == [[bob, 1], [bob, 2], [bob, 3]]


def test_what_the_server_refuses_rejects_with_its_code_and_the_rest_goes_on(page: Page, fast: Any) -> None:
    with Backstage(fast(max_rooms_per_connection=1, max_message_bytes=2000)) as stage:
        assert run(
            page,
            stage,
            """const chat = client();
            const first = await chat.join("milk");
            return [first, await settled(chat.join("too many")), await settled(chat.publish("elsewhere", 1)),
              await settled(chat.direct("nobody", 1)), await settled(chat.publish("milk", "x".repeat(2000))),
              await settled(chat.history("milk", 0)), (await chat.publish("milk", "well")).offset];""",
        ) == [
            {"offset": 0, "recovered": None, "missed": 0},
            "too_many_rooms",
            "not_in_room",
            "unknown_recipient",
            "too_big",
            "bad_message",
            1,
        ]
        assert stage.count("closed_1009") == 0


def test_a_room_that_was_left_is_silent_and_is_not_joined_again(page: Page, fast: Any) -> None:
    with Backstage(fast(**QUICK)) as stage:
        run(
            page,
            stage,
            """window.ann = client(more[0]); window.bob = client(); window.got = [];
            ann.addEventListener("message", (event) => got.push(event.detail.data));
            for (const room of ["milk", "sugar"]) await Promise.all([ann.join(room), bob.join(room)]);
            ann.leave("milk");
            await ann.who("sugar");""",
            f"127.0.0.1:{stage.relay.port}",
        )
        stage.run(stage.relay.cut())
        until(page, lambda: stage.count("resumed") == 1, "ann is back")
        members = run(
            page,
            stage,
            """await bob.publish("milk", 1); await bob.publish("sugar", 2);
            return [await bob.who("milk"), bob.user];""",
        )
        until(page, lambda: page.evaluate("got.length"), "a message")
        assert page.evaluate("got") == [2]
        assert members == [[members[1]], members[1]]


def test_the_iteration_gives_what_comes_and_ends_with_the_client(page: Page, fast: Any) -> None:
    with Backstage(fast()) as stage:
        assert run(
            page,
            stage,
            """const [ann, bob] = [client(), client()], got = [];
            await Promise.all([ann.join("milk"), bob.join("milk")]);
            const read = async () => { for await (const { type, data } of ann) got.push([type, data]); };
            const reading = read();
            for (const data of [1, 2]) await bob.publish("milk", data);
            await bob.direct(ann.user, 3);
            await ann.who("milk");
            ann.close();
            await reading;
            const late = [await settled(ann.publish("milk", 4)), await settled(ann.join("milk"))];
            return [got, ...late, ann.state];""",
        ) == [[["message", 1], ["message", 2], ["direct", 3]], "closed", "closed", {"name": "closed"}]
        until(page, lambda: stage.count("closed_1000") == 1, "the connection closes")


def frames_of(page: Page) -> list[dict[str, Any]]:
    """What the page's sockets will send."""
    said: list[dict[str, Any]] = []
    page.on("websocket", lambda socket: socket.on("framesent", lambda frame: said.append(json.loads(frame))))
    return said


def test_what_arrived_is_acknowledged_where_the_server_counts_it(page: Page, fast: Any) -> None:
    with Backstage(fast(acknowledge=True)) as stage:
        said = frames_of(page)
        run(
            page,
            stage,
            """const [ann, bob] = [client(), client()];
            await Promise.all([ann.join("milk"), bob.join("milk")]);
            await Promise.all(Array.from({ length: 30 }, (_, number) => bob.publish("milk", number)));
            await bob.direct(ann.user, 1);""",
        )

        def told() -> set[tuple[str | None, int]]:
            frames = [frame for frame in said if frame["type"] == "received"]
            return {(frame.get("room"), offset) for frame in frames for offset in frame["offsets"]}

        wanted = {("milk", offset) for offset in range(1, 31)} | {(None, 1)}
        until(page, lambda: told() == wanted, "everything is acknowledged")


def test_own_messages_are_no_gap(page: Page, fast: Any) -> None:
    with Backstage(fast()) as stage:
        said = frames_of(page)
        run(
            page,
            stage,
            """const [ann, bob] = [client(), client()];
            await Promise.all([ann.join("milk"), bob.join("milk")]);
            for (const chat of [ann, ann, bob, ann]) await chat.publish("milk", 1);
            await Promise.all([ann.who("milk"), bob.who("milk")]);""",
        )
        assert [frame["room"] for frame in said if frame["type"] == "join"] == ["tea", "milk", "milk"]


TIMERS = {"client_interval_s": 25, "client_wait_s": 10, "reconnect_base_s": 0.01, "reconnect_max_s": 0.02}
HELLO = {"type": "hello", "session": "s", "user": "ann", "inbox": {"epoch": "i", "offset": 0}, **TIMERS}
Say = Callable[..., None]
Frame = dict[str, Any]


def script(page: Page, greet: Callable[[WebSocketRoute], None], answer: Callable[[Say, Frame], None]) -> None:
    """A server of the test's own at /scripted, for what the real one does only under load or by chance."""

    def serve(socket: WebSocketRoute) -> None:
        socket.on_message(lambda frame: answer(partial(speak, socket), json.loads(frame)))
        speak(socket, **HELLO)
        greet(socket)

    page.route_web_socket("**/scripted", serve)


def speak(socket: WebSocketRoute, **message: Any) -> None:
    socket.send(json.dumps(message))


UNTIL_5 = """const chat = new ChatClient(`ws://${location.host}/scripted`), got = [];
chat.join("milk");
for await (const event of chat) if (got.push(event.data) === 5) return got;"""


def test_a_gap_is_asked_for_and_closed(page: Page, fast: Any) -> None:
    asked: list[Frame] = []

    def answer(say: Say, frame: Frame) -> None:
        asked.append(frame)
        position = {"offset": 5, "recovered": True, "missed": 3}
        if "after" not in frame:
            position = {"offset": 1, "recovered": None, "missed": 0}
        say(type="joined", room="milk", ref=frame["ref"], epoch="e", **position)
        for offset in (3, 4, 5, 6) if "after" in frame else (2, 5):
            say(type="message", room="milk", epoch="e", offset=offset, data=offset)

    script(page, lambda socket: None, answer)
    with Backstage(fast()) as stage:
        assert run(page, stage, UNTIL_5) == [2, 3, 4, 5, 6]
    assert [(frame["type"], frame.get("epoch"), frame.get("after")) for frame in asked] == [
        ("join", None, None),
        ("join", "e", 2),
    ]


def test_direct_messages_that_come_before_the_session_is_resumed_come_once(page: Page, fast: Any) -> None:
    opened: list[WebSocketRoute] = []

    def greet(socket: WebSocketRoute) -> None:
        opened.append(socket)
        if len(opened) > 1:
            direct(partial(speak, socket), 5)

    def direct(say: Say, offset: int) -> None:
        say(type="direct", epoch="i", offset=offset, data=offset)

    def answer(say: Say, frame: Frame) -> None:
        if len(opened) == 1:
            opened[0].close(code=1012)
        if frame["type"] != "resume":
            return
        assert frame["inbox"] == {"epoch": "i", "after": 0}
        inbox = {"epoch": "i", "offset": 5, "recovered": True, "missed": 5}
        say(type="resumed", session="s", user="ann", inbox=inbox)
        for offset in range(1, 6):
            direct(say, offset)

    script(page, greet, answer)
    with Backstage(fast()) as stage:
        assert run(page, stage, UNTIL_5) == [1, 2, 3, 4, 5]
    assert len(opened) == 2
