"""The demo page in a real browser: two tabs talk, a loss heals, and text stays text."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from playwright.async_api import Browser, async_playwright, expect

from toolkit.chat.server import ChatServer

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
# Debian's Chromium asks its maker for updates unless told not to.
QUIET = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]


@asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        try:
            yield browser
        finally:
            await browser.close()


def test_two_tabs_talk_through_a_lost_connection(fast: Any) -> None:
    async def scenario() -> None:
        async with asyncio.timeout(60), ChatServer(fast()) as server, chromium() as browser:
            ann, bob = [await browser.new_page() for _ in range(2)]
            errors: list[str] = []
            for page in (ann, bob):
                page.on("pageerror", lambda error: errors.append(str(error)))
                await page.goto(f"http://127.0.0.1:{server.port}/?room=tea")
                await expect(page.get_by_role("status")).to_have_text("connected to tea")
            await ann.get_by_label("Message", exact=True).fill("<b>hello</b>")
            await ann.get_by_role("button", name="Send").click()
            await expect(bob.locator("#messages li")).to_have_text(["<b>hello</b>"])

            for socket in list(server.members):
                socket.transport.abort()
            while server.counts["opened"] < 4:
                await asyncio.sleep(0.02)
            await expect(ann.get_by_role("status")).to_have_text("connected to tea")
            await expect(bob.get_by_role("status")).to_have_text("connected to tea")
            await bob.get_by_label("Message", exact=True).fill("back")
            await bob.get_by_role("button", name="Send").click()
            await expect(ann.locator("#messages li")).to_have_text(["<b>hello</b>", "back"])
            assert errors == []

    asyncio.run(scenario())


def test_the_page_answers_heartbeats_and_is_not_timed_out(fast: Any) -> None:
    async def scenario() -> None:
        settings = fast(server_ping_s=0.3, server_timeout_s=1.0)
        async with asyncio.timeout(60), ChatServer(settings) as server, chromium() as browser:
            page = await browser.new_page()
            await page.goto(f"http://127.0.0.1:{server.port}/")
            await expect(page.get_by_role("status")).to_have_text("connected to lobby")
            await asyncio.sleep(3)
            assert server.counts["pings"] >= 5
            assert (server.counts["opened"], server.counts["timed_out"]) == (1, 0)

    asyncio.run(scenario())
