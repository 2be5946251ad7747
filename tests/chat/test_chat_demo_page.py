"""The demo page in a real browser: two tabs talk, text stays text, and everybody can read it."""

import re
from collections.abc import Iterator
from typing import Any, Literal

import jwt
import pytest
from axe_playwright_python.sync_playwright import Axe
from backstage import Backstage
from browsing import complaints, say
from chromium import chromium
from playwright.sync_api import Browser, Page, expect

VIEWS: list[tuple[Literal["light", "dark"], int]] = [("light", 1000), ("dark", 1000), ("light", 360)]
SECRET = "a secret of this test that is long enough"
HOSTILE = "<img src=x onerror=\"document.title='broken'\"><script>document.title='broken'</script>"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running


def opened(browser: Browser, stage: Backstage, **view: Any) -> Page:
    """The page, connected."""
    page = browser.new_context(**view).new_page()
    page.goto(stage.address())
    expect(page.get_by_role("status")).to_have_text("connected to tea")
    return page


def test_two_tabs_talk_without_any_complaint(browser: Browser, fast: Any) -> None:
    with Backstage(fast()) as stage:
        ann, bob = [browser.new_page() for _ in range(2)]
        heard = [complaints(page) for page in (ann, bob)]
        for page in (ann, bob):
            page.goto(stage.address())
            expect(page.get_by_role("status")).to_have_text("connected to tea")
        say(ann, "<b>hello</b>")
        say(ann, "are you there?")
        expect(bob.locator("#messages .text")).to_have_text(["<b>hello</b>", "are you there?"])
        say(bob, "yes")
        expect(ann.locator("#messages .text")).to_have_text(["<b>hello</b>", "are you there?", "yes"])
        expect(ann.locator("#messages .own .from")).to_have_text(["You", "You"])
        expect(ann.locator("#messages li").last.locator(".from")).to_have_text(
            bob.locator("#user").inner_text()
        )
        assert heard == [[], []]
        for page in (ann, bob):
            page.close()


def test_everything_the_page_loads_is_its_own_under_a_policy_without_exceptions(
    browser: Browser, fast: Any
) -> None:
    with Backstage(fast()) as stage:
        page = browser.new_page()
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        response = page.goto(stage.address())
        expect(page.get_by_role("status")).to_have_text("connected to tea")
        assert response is not None
        policy = response.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        home = f"http://127.0.0.1:{stage.server.port}/"
        assert [url for url in asked if not url.startswith((home, "data:"))] == []
        page.close()


def test_hostile_names_rooms_and_messages_stay_text(
    browser: Browser, fast: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TOOLKIT_CHAT_SECRET", SECRET)
    with Backstage(fast(require_token=True)) as stage:
        pages = [browser.new_page() for _ in range(2)]
        for page, user in zip(pages, (HOSTILE, "ann"), strict=True):
            page.goto(stage.address("<i>tea</i>"))
            page.get_by_label("Token").fill(jwt.encode({"sub": user, "exp": 2**31}, SECRET))
            page.get_by_role("button", name="Connect").click()
            expect(page.get_by_role("status")).to_have_text("connected to <i>tea</i>")
        mallory, ann = pages
        say(mallory, HOSTILE)
        expect(ann.locator("#messages .text")).to_have_text([HOSTILE])
        ann.get_by_role("button", name="Who is here?").click()
        expect(ann.locator("#members li")).to_have_text([HOSTILE, "ann (you)"])
        ann.get_by_label("To", exact=True).select_option(HOSTILE)
        say(ann, "stop it")
        expect(mallory.locator("#messages li").last).to_have_text("ann to you alonestop it")
        assert ann.locator("#messages img, #members img, #to img, h1 i").count() == 0
        assert ann.title() == "<i>tea</i> - chat demo"
        for page in pages:
            page.close()


def test_a_message_that_is_too_large_is_said_to_be_and_the_chat_goes_on(browser: Browser, fast: Any) -> None:
    with Backstage(fast(max_message_bytes=1024)) as stage:
        page = opened(browser, stage)
        say(page, "ü" * 600)
        expect(page.locator("#messages .failed .from")).to_have_text(
            "Not sent: the message is over 1024 bytes"
        )
        say(page, "short")
        expect(page.locator("#messages .from").last).to_have_text("You")
        assert stage.count("opened") == 1
        page.context.close()


def test_axe_finds_no_violation_and_nothing_sticks_out(browser: Browser, fast: Any) -> None:
    # Without the page's policy, which forbids axe as well; the page is the same.
    with Backstage(fast()) as stage:
        page = opened(browser, stage, bypass_csp=True)
        say(page, "a-word-without-an-end-" * 12)
        page.get_by_role("button", name="Who is here?").click()
        expect(page.locator("#members li")).to_have_count(1)
        page.evaluate("document.getElementById('access').hidden = false")
        for scheme, width in VIEWS:
            page.emulate_media(color_scheme=scheme)
            page.set_viewport_size({"width": width, "height": 740})
            found: dict[str, Any] = Axe().run(page).response
            told = [(rule["id"], rule["nodes"][0]["html"][:200]) for rule in found["violations"]]
            assert told == [], (scheme, width)
            assert len(found["passes"]) > 10
            sizes = "[document.documentElement.scrollWidth, document.documentElement.clientWidth]"
            assert page.evaluate(sizes) == [width, width]
        page.context.close()


def test_the_keyboard_alone_is_enough(browser: Browser, fast: Any) -> None:
    with Backstage(fast()) as stage:
        page = opened(browser, stage)
        reached = []
        for _ in range(5):
            page.keyboard.press("Tab")
            reached.append(page.evaluate("document.activeElement.id || document.activeElement.textContent"))
        assert reached == ["log", "to", "text", "Send", "ask"]
        page.keyboard.press("Enter")
        expect(page.get_by_role("list", name="Members")).to_be_visible()
        page.get_by_label("Message", exact=True).focus()
        page.keyboard.type("hello")
        page.keyboard.press("Enter")
        expect(page.locator("#messages .from")).to_have_text(["You"])
        page.context.close()


def test_the_screen_reader_hears_the_state_and_each_message(browser: Browser, fast: Any) -> None:
    with Backstage(fast()) as stage:
        page = opened(browser, stage)
        tree = page.locator("body").aria_snapshot()
        assert re.search(r"status: connected to tea", tree)
        assert 'log "Messages"' in tree
        assert page.locator("#log").get_attribute("aria-live") == "polite"
        page.context.close()
