"""Faults of what a plan says about bought units, rates, prepayment and its SLA, each at its line."""

import pytest
from pricebooks import BookFaults, book_text, plan_text

STEPS = "{below: 0.99, share: 0.1}, {below: 0.95, share: 0.2}"


def sla(parts: str) -> str:
    return f"sla: {{{parts}, SOURCED, text: as they say}}"


@pytest.mark.parametrize(
    ("rest", "told"),
    [
        (
            "units: {connections: 1000, sizes: [2, 1], SOURCED}",
            "12: plans[0].units: sizes repeat or run backwards; write them ascending",
        ),
        (
            "units: {connections: 1000, sizes: [1, 1], SOURCED}",
            "12: plans[0].units: sizes repeat or run backwards; write them ascending",
        ),
        (
            "units: {connections: 1000, sizes: [], SOURCED}",
            "12: plans[0].units.sizes: a list: list should",
        ),
        (
            "units: {connections: 0, sizes: [1], SOURCED}",
            "12: plans[0].units.connections: 0: input",
        ),
        (
            "units: {connections: 1000, sizes: [1, 10001], SOURCED}",
            "12: plans[0].units.sizes[1]: 10001: input should be less than or equal to 10000;",
        ),
        ("units: {connections: 1000, sizes: [1]}", "12: plans[0].units.source: is missing; add it"),
        (
            "rates: {messages_per_s: 5}",
            "7: plans[0]: limits have no limits_source; say where they stand, and since when",
        ),
        (
            "rates: {messages_per_s: 0}\nlimits_source: {SOURCED}",
            "12: plans[0].rates.messages_per_s: 0: input should be greater than 0;",
        ),
        (
            "rates: {mesages_per_s: 1}\nlimits_source: {SOURCED}",
            "12: plans[0].rates.mesages_per_s: is not a known key; did you mean messages_per_s?",
        ),
        (
            "limits: {peak_day_messages: 5}\nlimits_source: {SOURCED}",
            "12: plans[0].limits.peak_day_messages: 'peak_day_messages' is not a usage field; ",
        ),
        (
            "limits: {busiest_day_factor: 5}\nlimits_source: {SOURCED}",
            "12: plans[0].limits.busiest_day_factor: 'busiest_day_factor' is not a usage field; ",
        ),
        (
            sla("promise: 99.9"),
            "12: plans[0].sla.promise: 99.9 is not a share; write 0 to 1, such as 0.999 for 99.9 %",
        ),
        (
            sla("promise: 0.9, period: week"),
            "12: plans[0].sla.period: 'week' is not one of the choices; use 'month' or 'year'",
        ),
        (sla("credits: [{below: 0.99, share: 10}]"), "12: plans[0].sla.credits[0].share: 10 is not a share;"),
        (
            sla("credits: [{below: 0.95, share: 0.1}, {below: 0.99, share: 0.2}]"),
            "12: plans[0].sla: the steps of credits overlap or run backwards; write the highest",
        ),
        (
            sla("promise: 0.999, credits: [{below: 0.9999, share: 0.1}]"),
            "12: plans[0].sla: credits begin above the promise, where it is kept; write below at most as",
        ),
        (
            sla("credits: [{below: 0.99, share: 0.1}, {below: 0.99, share: 0.2}]"),
            "12: plans[0].sla: the steps of credits overlap or run backwards;",
        ),
        (
            sla("credits: [{below: 0.99, share: 0.2}, {below: 0.95, share: 0.1}]"),
            "12: plans[0].sla: a longer outage is credited less than a shorter one; write ascending shares",
        ),
        (
            sla(f"credits: [{STEPS}], credit_days_per_hour_down: 1"),
            "12: plans[0].sla: credits and credit_days_per_hour_down are two schedules; keep one of the two",
        ),
        (
            sla("has_one: false, promise: 0.9"),
            "12: plans[0].sla: has_one: false stands beside a promise; keep one of the two",
        ),
        (sla("has_one: false, credits: []"), "12: plans[0].sla: has_one: false stands beside a promise;"),
        ("sla: {promise: 0.9, SOURCED}", "12: plans[0].sla.text: is missing; add it"),
        ("sla: {promise: 0.9, text: as they say}", "12: plans[0].sla.source: is missing; add it"),
    ],
)
def test_a_plan_that_makes_no_sense(book_faults: BookFaults, rest: str, told: str) -> None:
    (fault,) = book_faults(book_text(plan_text("basic", rest=rest)))
    assert fault.startswith(f"acme.yaml:{told}")


@pytest.mark.parametrize(
    "rest",
    [
        "units: {connections: 1000, sizes: [1, 2, 5], SOURCED}",
        "units: {connections: 1000, sizes: [1, 10000], SOURCED}",
        "limits: {peak_connections: 5, message_bytes: 5}\nlimits_source: {SOURCED}",
        "rates: {messages_per_h: 6, connections_opened_per_s: 7}\nlimits_source: {SOURCED}",
        sla(f"promise: 0.999, period: year, credits: [{STEPS}], credit_above_usd: 1"),
        sla("promise: 1, credit_days_per_hour_down: 1"),
        sla("has_one: false"),
        "sla: {SOURCED, text: nothing else is known}",
    ],
)
def test_a_plan_that_makes_sense(book_faults: BookFaults, rest: str) -> None:
    assert book_faults(book_text(plan_text("basic", rest=rest))) == []


@pytest.mark.parametrize(
    ("fee", "told"),
    [
        ("0, prepaid: true", "7: plans[0]: nothing is prepaid; leave prepaid out, or write the amount"),
        ("5, prepaid: maybe", "11: plans[0].base_fee.prepaid: 'maybe': input should be a valid boolean;"),
    ],
)
def test_a_prepayment_that_makes_no_sense(book_faults: BookFaults, fee: str, told: str) -> None:
    (fault,) = book_faults(book_text(plan_text("basic", fee=fee)))
    assert fault.startswith(f"acme.yaml:{told}")


def test_a_component_is_a_kind_of_plan(book_faults: BookFaults) -> None:
    text = book_text(plan_text("basic").replace("self_serve", "component"))
    assert book_faults(text) == []


def test_all_that_is_wrong_with_one_sla_is_told_at_once(book_faults: BookFaults) -> None:
    backwards = (
        "credits: [{below: 0.95, share: 0.2}, {below: 0.99, share: 0.1}], credit_days_per_hour_down: 1"
    )
    (fault,) = book_faults(book_text(plan_text("basic", rest=sla(f"has_one: false, {backwards}"))))
    for told in ("run backwards", "credited less", "two schedules", "stands beside a promise"):
        assert told in fault
