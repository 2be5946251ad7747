"""The sums of the browser's client: when to ask, to give up and to return, and what is missing."""

from collections.abc import Iterator
from typing import Any

import pytest
from browsing import WEB
from chromium import chromium
from playwright.sync_api import Page, Route


@pytest.fixture(scope="module")
def blank() -> Iterator[Page]:
    """An empty page that can import the modules, which no server serves here."""

    def answer(route: Route) -> None:
        name = route.request.url.rsplit("/", 1)[1]
        if name:
            route.fulfill(path=WEB / name, content_type="text/javascript")
        else:
            route.fulfill(body="<!doctype html>", content_type="text/html")

    with chromium() as browser:
        page = browser.new_page()
        page.route("http://modules.test/**", answer)
        page.goto("http://modules.test/")
        yield page


def compute(page: Page, module: str, body: str) -> Any:
    """What the body returns; it sees what the module exports as ``m``."""
    return page.evaluate(f"async () => {{ const m = await import('/{module}.js'); {body} }}")


def test_a_silent_server_is_asked_and_then_given_up_to_the_millisecond(blank: Page) -> None:
    assert compute(
        blank,
        "timing",
        """const watch = new m.Watch(25, 10, 100);
        return [124.999, 125, 134.999, 135].map((now) => watch.judge(now));""",
    ) == ["wait", "ask", "wait", "lose"]


def test_whatever_is_heard_starts_the_wait_anew(blank: Page) -> None:
    assert compute(
        blank,
        "timing",
        """const watch = new m.Watch(25, 10, 0);
        const asked = watch.judge(25);
        watch.heard(30);
        return [asked, watch.dueS, watch.judge(54.9), watch.judge(55)];""",
    ) == ["ask", 55, "wait", "ask"]


def test_a_tab_that_slept_for_an_hour_asks_before_it_judges(blank: Page) -> None:
    asked, again = compute(
        blank,
        "timing",
        """const slept = new m.Watch(25, 10, 0);
        const waiting = new m.Watch(25, 10, 0);
        waiting.judge(25);
        return [slept.judge(3600), waiting.judge(3600)];""",
    )
    assert (asked, again) == ("ask", "ask")


def test_a_hidden_tab_whose_timers_are_all_late_gives_a_dead_server_up_in_the_end(blank: Page) -> None:
    assert compute(
        blank,
        "timing",
        """const watch = new m.Watch(25, 10, 0);
        return [60, 120, 180].map((now) => watch.judge(now));""",
    ) == ["ask", "ask", "lose"]


def test_a_change_of_network_asks_at_once_unless_something_was_just_heard(blank: Page) -> None:
    assert compute(
        blank,
        "timing",
        """const watch = new m.Watch(25, 10, 0);
        return [watch.probe(0.5), watch.probe(3), watch.probe(4), watch.judge(12.9), watch.judge(13)];""",
    ) == [False, True, False, "wait", "lose"]


def test_the_wait_doubles_to_the_cap_and_only_a_stable_connection_starts_it_anew(blank: Page) -> None:
    waits = compute(
        blank,
        "timing",
        """const timers = { ...m.UNTOLD, reconnect_base_s: 1, reconnect_max_s: 30, stable_after_s: 60 };
        const backoff = new m.Backoff();
        const next = () => backoff.nextS(timers, {}, () => 0.5);
        const waits = [1, 2, 3, 4, 5, 6, 7].map(next);
        backoff.lived(59.9, timers);
        waits.push(next());
        backoff.lived(60, timers);
        waits.push(next());
        return [...waits, m.backoffS(5000, timers, () => 1)];""",
    )
    assert waits == [0.5, 1, 2, 4, 8, 15, 15, 15, 0.5, 30]


def test_draws_of_the_wait_reach_from_nothing_to_the_whole_range(blank: Page) -> None:
    draws = compute(blank, "timing", "return Array.from({length: 400}, () => m.backoffS(2, m.UNTOLD));")
    assert 0 <= min(draws) < 0.4
    assert 3.6 < max(draws) <= 4


def test_what_the_server_asks_for_is_kept_and_spread(blank: Page) -> None:
    waits = compute(
        blank,
        "timing",
        """const next = (backoff, told) => backoff.nextS(m.UNTOLD, told, () => 0.5);
        const first = new m.Backoff(), second = new m.Backoff();
        return [next(first, { backInS: 7 }), next(first, { backInS: 7 }),
          next(second, { retryAfterS: 20 }), next(new m.Backoff(), { retryAfterS: 99999 })];""",
    )
    assert waits == [7, 8, 20.5, 600.5]


def test_retry_after_is_read_in_both_its_forms_by_the_servers_clock(blank: Page) -> None:
    assert compute(
        blank,
        "timing",
        """const date = "Fri, 27 Nov 2026 08:00:00 GMT";
        return [m.retryAfterS("12", date), m.retryAfterS("Fri, 27 Nov 2026 08:01:30 GMT", date),
          m.retryAfterS("Fri, 27 Nov 2026 07:00:00 GMT", date), m.retryAfterS("soon", date),
          m.retryAfterS("-1", date), m.retryAfterS(null, date)];""",
    ) == [12, 90, 0, None, None, None]


def test_timers_that_are_nonsense_are_not_believed(blank: Page) -> None:
    told = compute(
        blank,
        "timing",
        """const hello = { client_interval_s: 5, client_wait_s: 0, reconnect_base_s: "1", acknowledge: true,
          reconnect_max_s: -3, stable_after_s: null, other: 1 };
        return [m.toldTimers(hello, m.UNTOLD), m.UNTOLD];""",
    )
    assert told[0] == told[1] | {"client_interval_s": 5, "acknowledge": True}


POSITION = """const at = (epoch, offset) => ({ epoch, offset });
const position = new m.Position();
position.answered({ ...at("e", 5), recovered: null, missed: 0 });
"""


def test_messages_are_taken_once_and_a_gap_is_seen(blank: Page) -> None:
    body = "return [6, 6, 3, 7, 9].map((offset) => position.take(at('e', offset)));"
    assert compute(blank, "position", POSITION + body) == ["new", "old", "old", "new", "gap"]


def test_a_new_numbering_is_a_gap(blank: Page) -> None:
    assert compute(blank, "position", POSITION + "return position.take(at('f', 6));") == "gap"


def test_the_acknowledgement_of_an_own_message_takes_its_place(blank: Page) -> None:
    body = "return [position.take(at('e', 6), true), position.take(at('e', 7))];"
    assert compute(blank, "position", POSITION + body) == ["new", "new"]


def test_what_was_missed_may_have_holes_and_is_complete_by_its_number(blank: Page) -> None:
    body = """position.ask();
    position.answered({ ...at("e", 10), recovered: true, missed: 2 });
    return [position.current, position.take(at("e", 7)), position.current, position.take(at("e", 9)),
      position.current, position.after, position.take(at("e", 10)), position.take(at("e", 11))];"""
    told = [False, "new", False, "new", True, {"epoch": "e", "after": 10}, "old", "new"]
    assert compute(blank, "position", POSITION + body) == told


def test_what_comes_beyond_what_was_missed_shows_that_some_of_it_is_missing(blank: Page) -> None:
    body = """position.ask();
    position.answered({ ...at("e", 10), recovered: true, missed: 2 });
    return [position.take(at("e", 7)), position.take(at("e", 11)), position.after];"""
    assert compute(blank, "position", POSITION + body) == ["new", "gap", {"epoch": "e", "after": 7}]


HELD = (
    POSITION
    + """position.take(at("e", 8));
position.ask();
const held = position.take(at("e", 9));
position.take(at("e", 10), true);
"""
)


def test_messages_behind_a_gap_are_dropped_where_they_come_again(blank: Page) -> None:
    body = 'return [held, position.answered({ ...at("e", 10), recovered: true, missed: 4 })];'
    assert compute(blank, "position", HELD + body) == ["held", []]


def test_messages_behind_a_gap_are_kept_where_the_gap_stays(blank: Page) -> None:
    body = """const kept = position.answered({ ...at("e", 10), recovered: false, missed: 0 });
    return [kept.map((message) => message.offset), position.after];"""
    assert compute(blank, "position", HELD + body) == [[8, 9], {"epoch": "e", "after": 10}]


def test_messages_that_came_after_the_answer_was_written_are_kept_too(blank: Page) -> None:
    body = """position.ask();
    for (const offset of [9, 10, 12]) position.take(at("e", offset));
    const kept = position.answered({ ...at("e", 8), recovered: null, missed: 0 });
    return [kept.map((message) => message.offset), position.after];"""
    assert compute(blank, "position", POSITION + body) == [[9, 10], {"epoch": "e", "after": 10}]


def test_requests_too_many_to_be_recognised_are_not_taken(blank: Page) -> None:
    body = """const requests = new m.Requests();
    for (let number = 0; number < 1000; number++) requests.add({ type: "who", room: "tea" });
    return requests.add({ type: "who", room: "tea" }).catch((error) => error.code);"""
    assert compute(blank, "requests", body) == "too_many"


def test_requests_are_sent_once_a_connection_in_order_until_they_are_answered(blank: Page) -> None:
    body = """const requests = new m.Requests(), log = [];
    const connection = (name) => ({ sendFrame: (frame) => log.push(name + JSON.parse(frame).id) });
    const [first, second] = [connection("a"), connection("b")];
    const answers = [1, 2, 3].map((id) => requests.add({ type: "publish", room: "tea", id }));
    requests.send("tea", first, 1000);
    requests.send("milk", first, 1000);
    requests.send("tea", first, 1000);
    requests.resolve(2, "done");
    requests.send("tea", second, 1000);
    return [log, await answers[1]];"""
    assert compute(blank, "requests", body) == [["a1", "a2", "a3", "b1", "b3"], "done"]


def test_the_size_of_a_message_is_counted_in_bytes(blank: Page) -> None:
    body = """const requests = new m.Requests(), connection = { sendFrame: () => {} };
    const answer = requests.add({ type: "publish", room: "tea", id: "1", data: "ü".repeat(100) });
    requests.send("tea", connection, 200);
    return answer.catch((error) => error.code);"""
    assert compute(blank, "requests", body) == "too_big"
