"""A fault of ``measurements.yaml`` stops the commands, beside the faults of other files."""

from pathlib import Path
from typing import Any


def test_its_faults_are_told_with_those_of_other_files(toolkit: Any, folder: Path, edit: Any) -> None:
    wrong = folder / "measurements.yaml"
    edit(wrong, "option: current\n    informs: [connections", "option: curent\n    informs: [connections")
    edit(folder / "plan.yaml", "candidates: [pusher, ably, pubnub]", "candidates: [pusher, ablee]")
    done = toolkit("check", "--project", folder)
    assert done.returncode == 2 and "Traceback" not in done.stderr
    assert "measurements[1].option: 'curent' is no option; did you mean current?" in done.stderr
    assert "did you mean ably?" in done.stderr
