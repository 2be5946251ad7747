"""The browser's client notices a dead server, and a tab that slept does not lose a healthy one."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from backstage import Backstage
from browsing import say, until
from chromium import chromium
from playwright.sync_api import Browser, Page, expect


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running


QUICK = {"reconnect_base_s": 0.05, "reconnect_max_s": 0.2}
WATCHFUL = {**QUICK, "client_interval_s": 0.4, "client_wait_s": 0.4}


def test_heartbeats_are_answered_by_a_tab_none_of_whose_timers_ever_fires(
    browser: Browser, fast: Any
) -> None:
    # The page's clock stands still, which is what a hidden tab's timers come close to.
    with Backstage(fast(server_ping_s=0.2, server_timeout_s=1.0)) as stage:
        page = browser.new_page()
        page.clock.install()
        page.goto(stage.address())
        expect(page.get_by_role("status")).to_have_text("connected to tea")
        page.clock.pause_at("2030-01-01")
        before = stage.count("pings")
        until(page, lambda: stage.count("pings") >= before + 10, "ten heartbeats")
        assert (stage.count("opened"), stage.count("timed_out")) == (1, 0)
        page.close()


def test_timers_that_come_an_hour_late_drop_no_healthy_connection(browser: Browser, fast: Any) -> None:
    with Backstage(fast()) as stage:
        page = browser.new_page()
        page.clock.install()
        page.goto(stage.address())
        expect(page.get_by_role("status")).to_have_text("connected to tea")
        for _ in range(3):
            page.clock.fast_forward("01:00:00")
            say(page, "still here")
            expect(page.locator("#messages .from").last).to_have_text("You")
        expect(page.get_by_role("status")).to_have_text("connected to tea")
        assert stage.count("opened") == 1
        page.close()


@contextmanager
def frozen(page: Page) -> Iterator[None]:
    """Nothing of the page runs, neither timers nor what takes messages; these wait.

    Chromium freezes no tab that is shown, and without a screen it shows them all. So a debugger stops it.
    """
    debugger = page.context.new_cdp_session(page)
    debugger.send("Debugger.enable")
    debugger.send("Debugger.pause")
    yield
    debugger.send("Debugger.resume")
    debugger.detach()


def pair(browser: Browser, stage: Backstage) -> tuple[Page, Page]:
    """Two tabs that are connected."""
    tabs = browser.new_page(), browser.new_page()
    for tab in tabs:
        tab.goto(stage.address())
        expect(tab.get_by_role("status")).to_have_text("connected to tea")
    return tabs


def test_a_tab_that_was_frozen_reads_what_is_waiting_before_it_judges(browser: Browser, fast: Any) -> None:
    with Backstage(fast(**WATCHFUL, server_ping_s=0.2)) as stage:
        page, other = pair(browser, stage)
        with frozen(page):
            say(other, "wake up")
            other.wait_for_timeout(1500)
        expect(page.locator("#messages .text")).to_have_text(["wake up"])
        page.wait_for_timeout(500)
        assert stage.count("opened") == 2
        page.close()
        other.close()


def test_a_tab_that_was_frozen_for_too_long_comes_back_and_misses_nothing(
    browser: Browser, fast: Any
) -> None:
    with Backstage(fast(**QUICK, server_ping_s=0.2, server_timeout_s=0.8)) as stage:
        page, other = pair(browser, stage)
        with frozen(page):
            until(other, lambda: stage.count("timed_out"), "the server gives the frozen tab up")
            say(other, "wake up")
            expect(other.locator("#messages .from")).to_have_text(["You"])
        expect(page.locator("#messages .text")).to_have_text(["wake up"])
        assert stage.count("resumed") == 1
        page.close()
        other.close()


def test_a_server_that_falls_silent_is_noticed_though_the_connection_stays_open(
    browser: Browser, fast: Any
) -> None:
    with Backstage(fast(**WATCHFUL)) as stage:
        page = browser.new_page()
        page.goto(stage.address(relayed=True))
        expect(page.get_by_role("status")).to_have_text("connected to tea")
        stage.run(stage.relay.fall_silent())
        say(page, "into the void")
        # Nothing is cut: the old connection stays open, and a new one takes the session over.
        until(page, lambda: stage.count("resumed"), "the session goes on over a new connection")
        expect(page.get_by_role("status")).to_have_text("connected to tea")
        expect(page.locator("#messages .from")).to_have_text(["You"])
        assert (stage.count("timed_out"), stage.count("taken_over")) == (0, 1)

        # That the old one was taken over arrives late and concerns nobody.
        stage.run(stage.relay.speak_again())
        until(page, lambda: stage.count("closed_4409"), "the old connection is closed")
        page.wait_for_timeout(200)
        expect(page.get_by_role("status")).to_have_text("connected to tea")
        page.close()


def test_a_tab_that_is_shown_again_asks_at_once_whether_the_server_lives(browser: Browser, fast: Any) -> None:
    # The client's own timer would look only after a quarter of an hour.
    with Backstage(fast(**QUICK, client_interval_s=900.0, client_wait_s=0.3)) as stage:
        page = browser.new_page()
        page.goto(stage.address(relayed=True))
        expect(page.get_by_role("status")).to_have_text("connected to tea")
        stage.run(stage.relay.fall_silent())
        page.wait_for_timeout(1200)
        page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
        until(page, lambda: stage.count("resumed"), "the session goes on over a new connection")
        page.close()


def test_a_network_that_is_back_is_tried_at_once(browser: Browser, fast: Any) -> None:
    with Backstage(fast(reconnect_base_s=0.05, reconnect_max_s=600.0)) as stage:
        page = browser.new_page()
        page.clock.install()
        page.goto(stage.address(relayed=True))
        expect(page.get_by_role("status")).to_have_text("connected to tea")
        stage.relay.closed = True
        stage.run(stage.relay.cut())
        # By the page's own clock, so that many failures make the next wait long.
        until(page, lambda: _fails_again(page) > 30, "the waits grow long")
        stage.relay.closed = False
        page.evaluate("dispatchEvent(new Event('online'))")
        page.clock.run_for(1000)
        expect(page.get_by_role("status")).to_have_text("connected to tea")
        page.close()


def _fails_again(page: Page) -> int:
    """Lets the next attempt fail; the seconds until the one after it, as shown."""
    page.clock.fast_forward(600_000)
    shown: str = page.locator("#retry").inner_text()
    return int(shown.split()[1]) if shown else 0
