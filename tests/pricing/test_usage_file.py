"""A usage file: whole numbers by field, and every fault of it in one run."""

from decimal import Decimal
from pathlib import Path

import pytest

from toolkit.pricing.usage import COUNTED, UNITS, Usage, read_usage
from toolkit.project import InputError


def write(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "usage.yaml"
    path.write_text(text)
    return path


def faults(tmp_path: Path, text: str) -> list[str]:
    with pytest.raises(InputError) as caught:
        read_usage(write(tmp_path, text))
    return str(caught.value).replace(f"{tmp_path}/", "").splitlines()


def test_what_is_absent_is_zero_and_a_month_has_thirty_days(tmp_path: Path) -> None:
    usage = read_usage(write(tmp_path, "messages_published: 5\n"))
    assert usage == Usage(messages_published=5)
    assert (usage.messages_delivered, usage.days, usage.peak_day_messages) == (0, 30, None)
    assert usage.busiest_day_factor == 1


def test_every_field_of_the_contract_is_read(tmp_path: Path) -> None:
    kinds = {
        "messages": ["published", "delivered"],
        "message": ["bytes"],
        "connection": ["minutes"],
        "channel": ["minutes"],
        "connections": ["opened"],
        "peak": ["connections", "channels"],
        "monthly": ["active_users"],
        "peak_day": ["messages"],
        "busiest_day": ["factor"],
        "presence": ["events"],
        "webhook": ["calls"],
        "history": ["requests"],
        "stored": ["messages", "gib"],
        "egress": ["gib"],
        "active": ["object_seconds"],
        "unit": ["hours"],
        "compute": ["hours"],
    }
    names = [f"{first}_{rest}" for first, ends in kinds.items() for rest in ends] + ["days"]
    text = "".join(f"{name}: {number}\n" for number, name in enumerate(names, start=1))
    assert list(read_usage(write(tmp_path, text)).model_dump()) == names


def test_all_faults_are_told_with_line_field_and_mend(tmp_path: Path) -> None:
    text = "mesages_published: 1\nmessages_delivered: -2\nstored_gib: 1.5\npeak_channels: many\ndays: 32\n"
    found = faults(tmp_path, text)
    assert [fault.split(": ")[0] for fault in found] == [f"usage.yaml:{line}" for line in (1, 2, 3, 4, 5)]
    assert found[0] == "usage.yaml:1: mesages_published: is not a known key; did you mean messages_published?"
    assert "messages_delivered: -2" in found[1]
    assert "stored_gib: 1.5" in found[2] and "write a whole number" in found[2]


@pytest.mark.parametrize("value", [".nan", ".inf", "true", "'5'", "null", "[1]", "1e6", str(10**18 + 1)])
def test_only_whole_numbers_are_quantities(tmp_path: Path, value: str) -> None:
    (fault,) = faults(tmp_path, f"messages_published: {value}\n")
    assert fault.startswith("usage.yaml:1: messages_published:")


@pytest.mark.parametrize("factor", ["1", "1.5", "2.35", "7.123", "31"])
def test_the_factor_of_the_busiest_day_is_read_exactly(tmp_path: Path, factor: str) -> None:
    usage = read_usage(write(tmp_path, f"busiest_day_factor: {factor}\n"))
    assert usage.busiest_day_factor == Decimal(factor)


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ("0.99", "the busiest day cannot be 0.99 times the average day; write 1 to 31"),
        ("31.01", "the busiest day cannot be 31.01 times the average day; write 1 to 31"),
        ("0", "the busiest day cannot be 0 times the average day; write 1 to 31"),
        ("-1", "-1 is not a number of 0 or more"),
        (".nan", "nan is not a number of 0 or more"),
        ("true", "True is not a number"),
        ("busy", "'busy' is text; write a number of 1 to 31"),
        ('"2"', "'2' is text; write a number of 1 to 31"),
    ],
)
def test_a_factor_that_no_month_has_is_refused(tmp_path: Path, value: str, told: str) -> None:
    (fault,) = faults(tmp_path, f"messages_published: 5\nbusiest_day_factor: {value}\n")
    assert fault.startswith(f"usage.yaml:2: busiest_day_factor: {told}")


def test_a_month_has_days(tmp_path: Path) -> None:
    assert len(faults(tmp_path, "days: 0\n")) == 1


def test_a_key_that_stands_twice_is_refused(tmp_path: Path) -> None:
    (fault,) = faults(tmp_path, "unit_hours: 1\nunit_hours: 2\n")
    assert "stands twice" in fault


@pytest.mark.parametrize("text", ["", "- 1\n", "a: [\n"])
def test_a_file_without_fields_is_refused(tmp_path: Path, text: str) -> None:
    assert len(faults(tmp_path, text)) == 1


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="the file is missing"):
        read_usage(tmp_path / "none.yaml")


def test_every_countable_field_has_a_unit() -> None:
    uncounted = {"message_bytes", "peak_day_messages", "busiest_day_factor", "days"}
    assert set(COUNTED) == set(Usage.model_fields) - uncounted
    assert set(UNITS) == {*COUNTED, "messages", "base_fee"}
