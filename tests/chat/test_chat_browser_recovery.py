"""The browser's client after a loss: all that was missed, once and in order, or a word that it is not."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from backstage import Backstage
from browsing import say, until
from chromium import chromium
from playwright.sync_api import Browser, Page, expect
from websockets.asyncio.client import connect

QUICK = {"reconnect_base_s": 0.05, "reconnect_max_s": 0.2}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running


def opened(browser: Browser, stage: Backstage, *, relayed: bool = False) -> Page:
    page = browser.new_page()
    page.goto(stage.address(relayed=relayed))
    expect(page.get_by_role("status")).to_have_text("connected to tea")
    return page


def lose(stage: Backstage, page: Page) -> None:
    """Cut the relayed page off until the relay is opened again."""
    stage.relay.closed = True
    stage.run(stage.relay.cut())
    expect(page.get_by_role("status")).to_have_text("reconnecting")


def test_all_that_was_said_during_a_cut_comes_once_and_in_order(browser: Browser, fast: Any) -> None:
    with Backstage(fast(**QUICK)) as stage:
        ann, bob = opened(browser, stage, relayed=True), opened(browser, stage)
        name = ann.locator("#user").inner_text()
        say(ann, "before")
        expect(bob.locator("#messages .text")).to_have_text(["before"])
        lose(stage, ann)
        for text in ("one", "two", "three"):
            say(bob, text)
        for text in ("mine", "too"):
            say(ann, text)
        expect(bob.locator("#messages .from").last).to_have_text("You")
        stage.relay.closed = False
        expect(ann.locator("#messages .text")).to_have_text(["before", "one", "two", "three", "mine", "too"])
        expect(ann.locator("#messages .own .from")).to_have_text(["You"] * 3)
        expect(bob.locator("#messages .text")).to_have_text(["before", "one", "two", "three", "mine", "too"])
        assert ann.locator("#user").inner_text() == name
        assert ann.locator("#messages .notice").count() == 0

        for round_ in ("again", "and again"):
            stage.run(stage.relay.cut())
            say(bob, round_)
            expect(ann.locator("#messages .text").last).to_have_text(round_)
        assert ann.locator("#messages li").count() == 8
        for page in (ann, bob):
            page.close()


def test_a_message_whose_acknowledgement_was_lost_is_sent_again_and_delivered_once(
    browser: Browser, fast: Any
) -> None:
    with Backstage(fast(**QUICK)) as stage:
        ann, bob = opened(browser, stage, relayed=True), opened(browser, stage)
        stage.run(stage.relay.fall_silent(to_server=False))
        say(ann, "did you get this?")
        expect(bob.locator("#messages .text")).to_have_text(["did you get this?"])
        say(bob, "yes")
        expect(ann.locator("#messages .from")).to_have_text(["You, sending"])
        stage.run(stage.relay.cut())
        expect(ann.locator("#messages .from").first).to_have_text("You")
        say(ann, "good")
        expect(ann.locator("#messages .text")).to_have_text(["did you get this?", "yes", "good"])
        expect(bob.locator("#messages .text")).to_have_text(["did you get this?", "yes", "good"])
        assert stage.count("duplicates") == 1
        for page in (ann, bob):
            page.close()


def test_what_is_gone_for_good_is_said_and_the_chat_goes_on(browser: Browser, fast: Any) -> None:
    with Backstage(fast(**QUICK, history_messages=2)) as stage:
        ann, bob = opened(browser, stage, relayed=True), opened(browser, stage)
        say(bob, "before")
        expect(ann.locator("#messages .text")).to_have_text(["before"])
        lose(stage, ann)
        for text in ("one", "two", "three"):
            say(bob, text)
        expect(bob.locator("#messages .from").last).to_have_text("You")
        stage.relay.closed = False
        expect(ann.locator("#messages .notice")).to_have_text(
            ["Some messages were not recovered: the connection was lost for too long."]
        )
        say(bob, "after")
        expect(ann.locator("#messages .text").last).to_have_text("after")
        for page in (ann, bob):
            page.close()


def test_a_session_that_expired_is_followed_by_a_new_one_and_loses_no_publish(
    browser: Browser, fast: Any
) -> None:
    with Backstage(fast(**QUICK, session_s=0.3)) as stage:
        ann, bob = opened(browser, stage, relayed=True), opened(browser, stage)
        name = ann.locator("#user").inner_text()
        lose(stage, ann)
        say(ann, "mine")
        until(ann, lambda: stage.count("expired"), "the session expires")
        stage.relay.closed = False
        expect(bob.locator("#messages .text")).to_have_text(["mine"])
        expect(ann.locator("#messages .from")).to_have_text(["You"])
        assert ann.locator("#user").inner_text() != name
        for page in (ann, bob):
            page.close()


def test_a_tab_whose_session_went_on_elsewhere_says_so_and_stays_away(browser: Browser, fast: Any) -> None:
    with Backstage(fast(**QUICK)) as stage:
        page = browser.new_page()
        heard: list[str] = []
        page.on("websocket", lambda socket: socket.on("framereceived", lambda frame: heard.append(frame)))
        page.goto(stage.address())
        expect(page.get_by_role("status")).to_have_text("connected to tea")
        session = json.loads(heard[0])["session"]

        async def take_over() -> None:
            async with connect(f"ws://127.0.0.1:{stage.server.port}/ws", proxy=None) as socket:
                await socket.send(json.dumps({"type": "resume", "session": session}))
                await socket.recv()

        stage.run(take_over())
        expect(page.get_by_role("status")).to_have_text("taken over: this conversation goes on elsewhere")
        page.wait_for_timeout(500)
        assert stage.count("opened") == 2
        page.close()


def test_a_page_that_is_left_ends_its_session_at_once(browser: Browser, fast: Any) -> None:
    with Backstage(fast()) as stage:
        ann, bob = opened(browser, stage), opened(browser, stage)
        ann.goto("about:blank")
        until(bob, lambda: stage.count("closed_1000"), "the connection closes")
        bob.get_by_role("button", name="Who is here?").click()
        expect(bob.locator("#members li")).to_have_text([f"{bob.locator('#user').inner_text()} (you)"])
        for page in (ann, bob):
            page.close()


def test_a_page_that_may_come_back_keeps_its_session_and_resumes_it(browser: Browser, fast: Any) -> None:
    # Playwright's Chromium keeps no pages for the way back, so the page is only told that it is kept.
    with Backstage(fast(**QUICK)) as stage:
        ann, bob = opened(browser, stage), opened(browser, stage)
        name = ann.locator("#user").inner_text()
        ann.evaluate("dispatchEvent(new PageTransitionEvent('pagehide', { persisted: true }))")
        say(bob, "are you there?")
        ann.evaluate("dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))")
        expect(ann.locator("#messages .text")).to_have_text(["are you there?"])
        assert ann.locator("#user").inner_text() == name
        assert stage.count("resumed") == 1
        for page in (ann, bob):
            page.close()


def test_a_server_that_goes_away_says_when_to_come_back(browser: Browser, fast: Any) -> None:
    with Backstage(fast(reconnect_spread_s=600.0)) as stage:
        page = browser.new_page()
        heard: list[str] = []
        page.on("websocket", lambda socket: socket.on("framereceived", lambda frame: heard.append(frame)))
        page.goto(stage.address())
        expect(page.get_by_role("status")).to_have_text("connected to tea")
        stage.run(stage.server.drain())
        expect(page.get_by_role("status")).to_have_text("reconnecting")
        closing = next(json.loads(frame) for frame in heard if '"closing"' in frame)
        shown = int(page.locator("#retry").inner_text().split()[1])
        assert abs(shown - closing["reconnect_after_s"]) < 15
        page.close()
