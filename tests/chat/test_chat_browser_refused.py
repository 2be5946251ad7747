"""A browser that the server does not let in learns why, stops where that is final, and waits as told."""

from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import jwt
import pytest
from backstage import Backstage
from browsing import until
from chromium import chromium
from playwright.sync_api import Browser, Page, expect
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

QUICK = {"reconnect_base_s": 0.05, "reconnect_max_s": 0.2}
SECRET = "a secret of this test that is long enough"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running


def attempts(page: Page) -> list[str]:
    """The addresses of the sockets that the page will open."""
    opened: list[str] = []
    page.on("websocket", lambda socket: opened.append(socket.url))
    return opened


def test_a_wrong_token_is_refused_for_good_and_the_right_one_is_let_in(
    browser: Browser, fast: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TOOLKIT_CHAT_SECRET", SECRET)
    with Backstage(fast(require_token=True)) as stage:
        page = browser.new_page()
        opened = attempts(page)
        page.clock.install()
        page.goto(stage.address())
        expect(page.get_by_role("status")).to_have_text("refused: a valid token is needed")
        wrong = jwt.encode({"sub": "ann", "exp": 2**31}, "another secret that is long enough too")
        for token, told in ((wrong, "a valid token is needed"), ("no token!", "this is no token")):
            page.get_by_label("Token").fill(token)
            page.get_by_role("button", name="Connect").click()
            expect(page.get_by_role("status")).to_have_text(f"refused: {told}")
        page.clock.fast_forward("24:00:00")
        # The third never left the browser, because no header could carry it.
        assert len(opened) == 2

        right = jwt.encode({"sub": "ann", "exp": 2**31}, SECRET)
        page.get_by_label("Token").fill(right)
        page.get_by_label("Token").press("Enter")
        expect(page.get_by_role("status")).to_have_text("connected to tea")
        expect(page.locator("#user")).to_have_text("ann")
        assert right not in str([page.url, *opened, page.content()])
        kept = "[localStorage.length, sessionStorage.length, document.cookie]"
        assert page.evaluate(kept) == [0, 0, ""]
        page.close()


def test_a_forbidden_origin_is_refused_for_good(browser: Browser, fast: Any) -> None:
    with Backstage(fast(allowed_origins=("https://chat.example",))) as stage:
        page = browser.new_page()
        opened = attempts(page)
        page.clock.install()
        page.goto(stage.address())
        expect(page.get_by_role("status")).to_have_text("refused: this origin may not connect")
        page.clock.fast_forward("24:00:00")
        assert len(opened) == 1
        page.close()


def test_a_full_server_is_tried_until_somebody_leaves_and_takes_no_right_token_for_a_wrong_one(
    browser: Browser, fast: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TOOLKIT_CHAT_SECRET", SECRET)
    with Backstage(fast(require_token=True, max_connections=1)) as stage:
        ann, bob = browser.new_page(), browser.new_page()
        for page, user, state in ((ann, "ann", "connected to tea"), (bob, "bob", "reconnecting")):
            page.goto(stage.address())
            page.get_by_label("Token").fill(jwt.encode({"sub": user, "exp": 2**31}, SECRET))
            page.get_by_label("Token").press("Enter")
            expect(page.get_by_role("status")).to_have_text(state)
        ann.close()
        expect(bob.get_by_role("status")).to_have_text("connected to tea", timeout=15_000)
        bob.close()


def test_a_server_that_is_too_busy_is_tried_again_when_it_said(browser: Browser, fast: Any) -> None:
    settings = fast(**QUICK, handshakes_per_address_per_s=0.5, handshake_burst_per_address=12)
    with Backstage(settings) as stage:
        page = browser.new_page()
        opened = attempts(page)
        page.goto(stage.address(relayed=True))
        expect(page.get_by_role("status")).to_have_text("connected to tea")
        stage.run(exhaust(stage))
        stage.run(stage.relay.cut())
        expect(page.get_by_role("status")).to_have_text("reconnecting")
        expect(page.get_by_role("status")).to_have_text("connected to tea")
        # Untold it would have tried a dozen times in these two seconds.
        assert len(opened) == 3
        page.close()


async def exhaust(stage: Backstage) -> None:
    """Shake hands until the server wants no more from this address."""
    with suppress(InvalidStatus):
        while True:
            async with connect(f"ws://127.0.0.1:{stage.server.port}/ws", proxy=None):
                pass


def test_a_server_that_is_not_there_is_tried_until_it_is(browser: Browser, fast: Any) -> None:
    with Backstage(fast(**QUICK)) as stage:
        page = browser.new_page()
        opened = attempts(page)
        page.goto(stage.address(relayed=True))
        expect(page.get_by_role("status")).to_have_text("connected to tea")
        stage.relay.closed = True
        stage.run(stage.relay.cut())
        until(page, lambda: len(opened) > 3, "several attempts")
        expect(page.get_by_role("status")).to_have_text("reconnecting")
        stage.relay.closed = False
        expect(page.get_by_role("status")).to_have_text("connected to tea")
        page.close()
