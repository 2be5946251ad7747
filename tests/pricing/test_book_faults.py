"""A price book that is wrong is refused, all faults at once, each at its line with its mend."""

import pytest
from pricebooks import BookFaults, book_text, one_meter

COUNTS = "meter: messages\ncounts: {messages_delivered: 1}\n"


@pytest.mark.parametrize(
    ("meter", "told"),
    [
        ("tiers: [{up_to: 5, unit_price_per: {amount: 1}}]", "the tiers leave a gap above 5"),
        (
            "tiers: [{up_to: 5, unit_price_per: {amount: 1}}, {up_to: 5, unit_price_per: {amount: 1}},"
            " {unit_price_per: {amount: 1}}]",
            "tiers end at 5, 5: they overlap or run backwards",
        ),
        (
            "tiers: [{up_to: 9, unit_price_per: {amount: 1}}, {up_to: 5, unit_price_per: {amount: 1}},"
            " {unit_price_per: {amount: 1}}]",
            "tiers end at 9, 5: they overlap or run backwards",
        ),
        (
            "tiers: [{unit_price_per: {amount: 1}}, {unit_price_per: {amount: 2}}]",
            "a tier after the one without end is never reached",
        ),
        ("tiers: [{unit_price_per: {amount: -1}}]", "-1 is not a number of 0 or more"),
        ("tiers: [{unit_price_per: {amount: .nan}}]", "nan is not a number of 0 or more"),
        ("tiers: [{unit_price_per: {amount: .inf}}]", "inf is not a number of 0 or more"),
        ("tiers: [{unit_price_per: {amount: cheap}}]", "'cheap' is not a number of 0 or more"),
        ("tiers: [{unit_price_per: {amount: true}}]", "True is not a number"),
        ("tiers: [{unit_price_per: {amount: null}}]", "no price stands here; write a number, or unknown"),
        ("tiers: [{unit_price_per: {amount: 1, per: 3}}]", "1 per 3 has no exact price per unit"),
        ("tiers: [{unit_price_per: {amount: 1, per: 0}}]", "greater than 0"),
        ("rounding: {to: 1000, mode: down}", "'down' is not one of the choices"),
        ("size_step_bytes: 2048", "size_step_bytes and sized go together"),
        ("size_step_bytes: 2048\nsized: [webhook_calls]", "sized names webhook_calls, which counts does not"),
        ("quota: {amount: 1, period: week, past_it: blocked}", "'week' is not one of the choices"),
        ("quota: {amount: 1, period: day, past_it: overage}", "overage needs tiers"),
        ("quota: {amount: 1, period: month, past_it: overage}", "overage needs tiers"),
        (
            "included_with: {meter: egress_gib, per_unit: 1}\ntiers: [{unit_price_per: {amount: 1}}]",
            "included_with of messages names egress_gib",
        ),
        ("included: 1e300", "is out of range; write at most 1,000,000,000,000,000 and 30 decimals"),
        ("tiers: [{unit_price_per: {amount: 1.0e-31}}]", "is out of range"),
        ("included: -5", "-5 is not a number of 0 or more"),
        ("sizng: each", "is not a known key; did you mean sizing?"),
    ],
)
def test_a_meter_that_makes_no_sense(book_faults: BookFaults, meter: str, told: str) -> None:
    found = book_faults(one_meter(COUNTS + meter))
    assert any(told in fault for fault in found), found
    assert all(fault.startswith("acme.yaml:") for fault in found)


def test_a_meter_counts_usage_fields_only(book_faults: BookFaults) -> None:
    (fault,) = book_faults(one_meter("meter: messages\ncounts: {message_published: 1}"))
    assert (
        "'message_published' is not a usage field that a meter counts; did you mean messages_published?"
        in fault
    )


def test_a_meter_is_called_after_what_it_counts(book_faults: BookFaults) -> None:
    (fault,) = book_faults(one_meter("meter: mesages\ncounts: {messages_published: 1}"))
    assert fault == (
        "acme.yaml:14: plans[0].meters[0].meter: 'mesages' is not the name of a meter; did you mean messages?"
    )


PLAN = """
- id: basic
  name: Basic
  kind: self_serve
  valid_from: 2026-01-01
  base_fee: {amount: 5, SOURCED}
"""


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("id: basic", "id: Basic Plan", "plans[0].id"),
        ("kind: self_serve", "kind: selfserve", "'selfserve' is not one of the choices; use 'self_serve'"),
        ("    valid_from: 2026-01-01\n", "", "plans[0].valid_from: is missing; add it"),
        ("valid_from: 2026-01-01", "valid_from: 2026-13-01", "write a date as YYYY-MM-DD"),
        (
            "valid_from: 2026-01-01",
            "valid_from: 2026-01-02\n    valid_to: 2026-01-01",
            "valid_to is before valid_from",
        ),
        (", source: list}", "}", "plans[0].base_fee.source: is missing"),
        ("source: list", "source: ''", "write some text"),
        ("where: a price list", "where: ''", "sources.list.where"),
        ("where: a price list, ", "", "sources.list.where: is missing"),
        ("as_of: 2026-01-01, ", "", "sources.list.as_of: is missing"),
        (", recheck: Read the list again.", "", "sources.list.recheck: is missing"),
        ("grade: published", "grade: rumour", "'rumour' is not one of the choices"),
        (
            "as_of: 2026-01-01",
            "as_of: 2026-01-01, confirmed: 2025-01-01",
            "confirmed 2025-01-01 is before as_of",
        ),
        ("currency: USD", "currency: EUR", "'EUR' is not one of the choices; use 'USD'"),
        ("vendor: acme", "vendor: 7", "vendor"),
        ("  - id", "  -\n    limits: {peak_connections: 5}\n    id", "limits have no limits_source"),
        ("  - id", "  -\n    limits: {peak_conections: 5}\n    id", "did you mean peak_connections?"),
    ],
)
def test_a_plan_that_makes_no_sense(book_faults: BookFaults, old: str, new: str, told: str) -> None:
    text = book_text(PLAN)
    assert text.count(old) == 1
    found = book_faults(text.replace(old, new))
    assert any(told in fault for fault in found), found


def test_the_plan_that_these_spoil_is_sound(book_faults: BookFaults) -> None:
    assert book_faults(book_text(PLAN)) == []


def test_all_that_is_wrong_with_one_meter_is_told_at_once(book_faults: BookFaults) -> None:
    quota = "quota: {amount: 1, period: day, past_it: overage}"
    (fault,) = book_faults(one_meter(f"{COUNTS}size_step_bytes: 5\n{quota}"))
    for told in ("size_step_bytes and sized", "overage needs tiers", "give both or none", "as tiers"):
        assert told in fault


def test_two_meters_of_one_name(book_faults: BookFaults) -> None:
    meter = "    - {meter: messages, counts: {messages_published: 1}, SOURCED}\n"
    (fault,) = book_faults(book_text(PLAN + "  meters:\n" + meter + meter))
    assert "meter messages stands twice" in fault


def test_a_book_without_plans(book_faults: BookFaults) -> None:
    (fault,) = book_faults(book_text("").replace("plans:", "plans: []"))
    assert fault.startswith("acme.yaml:6: plans:")


def test_all_faults_are_told_in_one_run_each_at_its_line(book_faults: BookFaults) -> None:
    text = (
        book_text(PLAN)
        .replace("USD", "EUR")
        .replace("amount: 5", "amount: -5")
        .replace("kind: self_serve", "kind: x")
    )
    lines = [fault.split(":")[1] for fault in book_faults(text)]
    assert lines == ["3", "9", "11"]
