"""Faults of what a meter says about sizes, units, hours, tiers, quotas and credits, each at its line."""

import pytest
from pricebooks import BookFaults, book_text, one_meter, plan_text

COUNTS = "meter: messages\ncounts: {messages_delivered: 1}\n"
EGRESS = "meter: egress_gib\ncounts: {egress_gib: 1}\n"
HOURS = "meter: unit_hours\ncounts: {unit_hours: 1}\n"
TIERS = "tiers: [{unit_price_per: {amount: 1}}]\n"

SAYS_ITS_UNIT = (
    "14: plans[0].meters[0]: a meter of stored_gib or egress_gib, and no other, says its unit;"
    " write unit: GB or unit: GiB"
)
ALL_SIZED = (
    "14: plans[0].meters[0]: the bytes of all can be added up only where all counted fields are sized;"
    " sized: all of counts"
)
NOT_FREE_TWICE = (
    "14: plans[0].meters[0]: overage needs tiers, and no included beside its quota;"
    " give the prices past it as tiers"
)

PAST_IS_UNPRICED = (
    "14: plans[0].meters[0]: what is past the included has no price;"
    " give tiers, with amount: unknown where it is not known"
)


@pytest.mark.parametrize(
    ("meter", "told"),
    [
        (COUNTS + "sizing: total", ALL_SIZED),
        (
            "meter: messages\ncounts: {messages_delivered: 1, webhook_calls: 1}\nsize_step_bytes: 2\n"
            "sized: [messages_delivered]\nsizing: total",
            ALL_SIZED,
        ),
        (
            COUNTS + "size_step_bytes: 2\nsized: [messages_delivered]\nsizing: all",
            "18: plans[0].meters[0].sizing: 'all' is not one of the choices; use 'each' or 'total'",
        ),
        (EGRESS, SAYS_ITS_UNIT),
        (EGRESS.replace("egress", "stored"), SAYS_ITS_UNIT),
        (COUNTS + "unit: GB", SAYS_ITS_UNIT),
        (
            EGRESS + "unit: TB",
            "16: plans[0].meters[0].unit: 'TB' is not one of the choices; use 'GB' or 'GiB'",
        ),
        (
            "meter: egress_gib\ncounts: {egress_gib: 1, webhook_calls: 1}\nunit: GB",
            "14: plans[0].meters[0]: GiB are counted together with something else; give them a meter of",
        ),
        (
            "meter: messages\ncounts: {messages_delivered: 1, stored_gib: 1}\nunit: GiB",
            "14: plans[0].meters[0]: GiB are counted together with something else; give them a meter of",
        ),
        (
            COUNTS + "hours_per_unit: 24",
            "14: plans[0].meters[0]: hours_per_unit is of hours only; count unit_hours or compute_hours",
        ),
        (
            HOURS + "hours_per_unit: 0",
            "16: plans[0].meters[0].hours_per_unit: 0: input should be greater",
        ),
        (
            COUNTS + "tiers_mode: flat",
            "16: plans[0].meters[0].tiers_mode: 'flat' is not one of the choices; use 'graduated' or",
        ),
        (
            COUNTS + "credit_usd: 5",
            "14: plans[0].meters[0]: a credit needs a charge to be taken off; give the prices as tiers",
        ),
        (
            COUNTS + TIERS + "credit_usd: -5",
            "17: plans[0].meters[0].credit_usd: -5 is not a number of 0 or",
        ),
        (COUNTS + "quota: {amount: 5, period: day, past_it: overage}", NOT_FREE_TWICE),
        (
            COUNTS + TIERS + "included: 5\nquota: {amount: 5, period: day, past_it: overage}",
            NOT_FREE_TWICE,
        ),
        (
            COUNTS + "quota: {amount: 5, period: unit_hour, past_it: blocked}",
            "16: plans[0].meters[0].quota.period: 'unit_hour' is not one of the choices;",
        ),
        (
            COUNTS + "quota: {amount: 5, period: unit_day, past_it: blocked}",
            "7: plans[0]: a quota a unit_day needs units;",
        ),
        *(
            (
                f"meter: {level}\ncounts: {{{level}: 1}}\n{rest}"
                f"quota: {{amount: 5, period: {period}, past_it: blocked}}",
                f"14: plans[0].meters[0]: {level} does not add up over days, so that no day has a share of"
                " it; write period: month",
            )
            for level, rest in (
                ("peak_connections", ""),
                ("peak_channels", ""),
                ("monthly_active_users", ""),
                ("stored_gib", "unit: GB\n"),
            )
            for period in ("day", "unit_day")
        ),
        (
            "meter: channel_minutes\ncounts: {connection_minutes: 1}\n" + TIERS,
            "14: plans[0].meters[0]: counts leaves out channel_minutes, which the meter is of;"
            " count it, or name what is counted",
        ),
        (COUNTS + "included: 5", PAST_IS_UNPRICED),
        (COUNTS + "included: 5\nquota: {amount: 9, period: month, past_it: blocked}", PAST_IS_UNPRICED),
        (COUNTS + "included_with: {meter: webhook_calls, per_unit: 5}", PAST_IS_UNPRICED),
        (
            COUNTS + TIERS + "included_with: {meter: messages, per_unit: 1}",
            "7: plans[0]: included_with of messages names messages;",
        ),
    ],
)
def test_a_meter_that_makes_no_sense(book_faults: BookFaults, meter: str, told: str) -> None:
    (fault,) = book_faults(one_meter(meter))
    assert fault.startswith(f"acme.yaml:{told}")


@pytest.mark.parametrize(
    "meter",
    [
        COUNTS + "size_step_bytes: 2\nsized: [messages_delivered]\nsizing: total",
        EGRESS + "unit: GB",
        EGRESS + "unit: GiB",
        "meter: egress_gib\ncounts: {egress_gib: 1, stored_gib: 1}\nunit: GB",
        HOURS + "hours_per_unit: 24",
        HOURS.replace("unit_hours", "compute_hours") + "hours_per_unit: 730",
        COUNTS + TIERS + "tiers_mode: volume\ncredit_usd: 5",
        COUNTS + TIERS + "quota: {amount: 5, period: day, past_it: overage}",
        EGRESS + "unit: GB\nquota: {amount: 5, period: day, past_it: blocked}",
        "meter: peak_connections\ncounts: {peak_connections: 1}\n"
        "quota: {amount: 5, period: month, past_it: blocked}",
        COUNTS + "included: 5\ntiers: [{unit_price_per: {amount: unknown}}]",
        "meter: messages\ncounts: {connections_opened: 1, webhook_calls: 1}",
    ],
)
def test_a_meter_that_makes_sense(book_faults: BookFaults, meter: str) -> None:
    assert book_faults(one_meter(meter)) == []


def test_a_quota_with_overage_and_what_another_meter_brings_are_one_too_many(book_faults: BookFaults) -> None:
    calls = (
        "meter: webhook_calls\ncounts: {webhook_calls: 1}\nincluded_with: {meter: messages, per_unit: 1}\n"
        f"{TIERS}quota: {{amount: 5, period: month, past_it: overage}}"
    )
    (fault,) = book_faults(book_text(plan_text("only", COUNTS + TIERS, calls)))
    assert fault.endswith("overage and included_with both say what is without charge; keep one of the two")


def test_all_that_is_wrong_with_one_meter_is_told_at_once(book_faults: BookFaults) -> None:
    (fault,) = book_faults(one_meter(f"{COUNTS}unit: GB\nsizing: total\nhours_per_unit: 24\ncredit_usd: 5"))
    for told in ("says its unit", "bytes of all", "hours only", "a credit needs a charge", "give the prices"):
        assert told in fault
