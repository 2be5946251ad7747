"""Versions of one plan follow one another; what repeats or overlaps is told at the later one's valid_from."""

import pytest
from pricebooks import BookFaults, book_text, plan_text

FIRST = plan_text("basic")
SAME_DAY = (
    "'basic' is the id of another plan valid from that day;"
    " give each plan an id of its own, and each version of a plan its own day"
)


def version(valid_from: str, valid_to: str | None = None) -> str:
    ended = "" if valid_to is None else f"\n  valid_to: {valid_to}"
    return FIRST.replace("valid_from: 2026-01-01", f"valid_from: {valid_from}{ended}")


@pytest.mark.parametrize(
    "versions",
    [
        [version("2026-01-01"), version("2026-03-01")],
        [version("2026-01-01", "2026-02-28"), version("2026-03-01")],
        [version("2026-01-01", "2026-01-31"), version("2026-03-01")],
        [version("2026-03-01"), version("2026-01-01", "2026-02-28")],
        [version("2026-01-01"), version("2026-01-01").replace("basic", "other")],
        [version("'2026-01-01'", "'2026-02-28'"), version("2026-03-01")],
        [version("2026-01-01", "2026-02-28"), version("'2026-03-01'")],
    ],
)
def test_versions_that_follow_one_another(book_faults: BookFaults, versions: list[str]) -> None:
    assert book_faults(book_text("".join(versions))) == []


def test_two_plans_of_one_id_and_day(book_faults: BookFaults) -> None:
    assert book_faults(book_text(FIRST + FIRST)) == [f"acme.yaml:15: plans[1].valid_from: {SAME_DAY}"]


def test_three_of_one_day_are_told_twice(book_faults: BookFaults) -> None:
    assert book_faults(book_text(FIRST + FIRST + FIRST)) == [
        f"acme.yaml:15: plans[1].valid_from: {SAME_DAY}",
        f"acme.yaml:20: plans[2].valid_from: {SAME_DAY}",
    ]


@pytest.mark.parametrize("ends", ["2026-03-01", "2026-12-31"])
def test_a_version_that_begins_before_the_earlier_one_ends(book_faults: BookFaults, ends: str) -> None:
    assert book_faults(book_text(version("2026-01-01", ends) + version("2026-03-01"))) == [
        f"acme.yaml:16: plans[1].valid_from: this version of 'basic' begins before an earlier one ends,"
        f" on {ends}; let a version end before the next begins"
    ]


@pytest.mark.parametrize("days", [("2026-01-01", "'2026-01-01'"), ("'2026-01-01'", "2026-01-01")])
def test_a_day_in_quotes_is_the_same_day(book_faults: BookFaults, days: tuple[str, str]) -> None:
    found = book_faults(book_text("".join(version(day) for day in days)))
    assert found == [f"acme.yaml:15: plans[1].valid_from: {SAME_DAY}"]


@pytest.mark.parametrize("ends", ["2026-03-01", "'2026-03-01'"])
@pytest.mark.parametrize("begins", ["2026-03-01", "'2026-03-01'"])
def test_days_in_quotes_overlap_as_others_do(book_faults: BookFaults, ends: str, begins: str) -> None:
    (fault,) = book_faults(book_text(version("'2026-01-01'", ends) + version(begins)))
    assert fault.startswith("acme.yaml:16: plans[1].valid_from: this version of 'basic' begins before")


@pytest.mark.parametrize(
    "when", ["2026-01-01T00:00:00", "2026-03-01 12:30:00", "'2026-03-01T00:00:00'", "2026-02-01T00:00:00"]
)
@pytest.mark.parametrize("last", [True, False])
def test_a_timestamp_is_no_day_and_nothing_breaks(book_faults: BookFaults, when: str, last: bool) -> None:
    versions = [version("2026-02-01"), version(when)]
    found = book_faults(book_text("".join(versions if last else reversed(versions))))
    line, index = (15, 1) if last else (10, 0)
    assert len(found) == 1 and found[0].startswith(f"acme.yaml:{line}: plans[{index}].valid_from: "), found
    assert found[0].endswith("write a date as YYYY-MM-DD")


@pytest.mark.parametrize("when", ["2026-12-31T00:00:00", "2026-12-31T12:00:00", "'2026-12-31T00:00:00'"])
def test_an_end_that_is_a_timestamp_is_told_for_that_alone(book_faults: BookFaults, when: str) -> None:
    (fault,) = book_faults(book_text(version("2026-01-01", when) + version("2026-03-01")))
    assert fault.startswith("acme.yaml:11: plans[0].valid_to: ")


def test_the_later_version_is_told_wherever_it_stands(book_faults: BookFaults) -> None:
    (fault,) = book_faults(book_text(version("2026-03-01") + version("2026-01-01", "2026-03-01")))
    assert fault.startswith("acme.yaml:10: plans[0].valid_from: this version of 'basic' begins before")


def test_versions_are_told_beside_other_faults(book_faults: BookFaults) -> None:
    found = book_faults(book_text(FIRST + FIRST.replace("self_serve", "x")))
    assert [fault.split(": ")[1] for fault in found] == ["plans[1].kind", "plans[1].valid_from"]


def test_a_version_without_a_day_is_told_for_that_alone(book_faults: BookFaults) -> None:
    (fault,) = book_faults(book_text(FIRST + FIRST.replace("  valid_from: 2026-01-01\n", "")))
    assert fault == "acme.yaml:12: plans[1].valid_from: is missing; add it"


@pytest.mark.parametrize("plans", ["5", "{a: 1}", "[5, basic]", "[{id: 5, valid_from: 2026-01-01}]"])
def test_what_is_no_list_of_plans_is_told_and_nothing_breaks(book_faults: BookFaults, plans: str) -> None:
    found = book_faults(book_text("").replace("plans:", f"plans: {plans}"))
    assert found and all(fault.startswith("acme.yaml:6: plans") for fault in found)
