"""Errors have fixed texts and exit codes, and hostile names cannot forge one."""

import pytest

from toolkit.project import EnvironmentFault, Fault, Faults, InputError, ToolkitError, near


def test_a_fault_reads_as_the_contract_says() -> None:
    fault = Fault(
        file="data/plan.yaml", line=41, field="at_least", wrong="95 is not a share", right="write 0.95"
    )
    assert str(fault) == "data/plan.yaml:41: at_least: 95 is not a share; write 0.95"


def test_a_warning_says_that_it_is_one() -> None:
    faults = Faults()
    faults.warn("book.yaml", 2, "as_of", "is 199 days old", "check it again")
    assert str(faults) == "book.yaml:2: as_of: warning: is 199 days old; check it again"
    faults.raise_errors()


def test_all_errors_are_raised_at_once_and_sorted() -> None:
    faults = Faults()
    faults.error("b.yaml", 1, "x", "is wrong", "mend it")
    faults.error("a.yaml", 9, "y", "is wrong", "mend it")
    faults.warn("a.yaml", 1, "z", "is old", "look again")
    with pytest.raises(InputError) as raised:
        faults.raise_errors()
    assert str(raised.value) == "a.yaml:9: y: is wrong; mend it\nb.yaml:1: x: is wrong; mend it"
    assert raised.value.exit_code == 2


def test_a_hostile_name_stays_on_its_line() -> None:
    fault = Fault(file="a\nb.yaml", line=1, field="\x1b[31mx", wrong="w\r", right="r")
    assert str(fault) == "a\\nb.yaml:1: \\x1b[31mx: w\\r; r"


def test_exit_codes_belong_to_the_kinds_of_error() -> None:
    assert (InputError("x").exit_code, EnvironmentFault("x").exit_code) == (2, 3)
    assert issubclass(InputError, ToolkitError) and issubclass(EnvironmentFault, ToolkitError)


def test_the_near_match_is_offered_else_the_choice() -> None:
    assert near("pushr", ["pusher", "ably"]) == "did you mean pusher?"
    assert near("zzz", ["pusher", "ably"]) == "use one of pusher, ably"
