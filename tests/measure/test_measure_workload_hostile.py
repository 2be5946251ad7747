"""A workload that counts in numbers which no machine can make is refused at its line."""

from importlib.resources import files
from pathlib import Path

import pytest
import yaml

from toolkit.measure.workload import read_workload
from toolkit.project.faults import InputError

QUICK = yaml.safe_load((files("toolkit.measure") / "workloads" / "quick.yaml").read_text())


@pytest.mark.parametrize("field", ["clients", "rooms_of", "burst_messages", "rounds", "idle_connections"])
@pytest.mark.parametrize("number", [10**12, 10**400])
def test_a_count_beyond_any_machine_is_refused(tmp_path: Path, field: str, number: int) -> None:
    path = tmp_path / "w.yaml"
    path.write_text(yaml.safe_dump({key: value for key, value in QUICK.items() if key != field}))
    path.write_text(f"{field}: {number}\n{path.read_text()}")
    with pytest.raises(InputError) as raised:
        read_workload(path)
    assert str(raised.value).startswith(f"{path}:1: {field}")
    assert "input should be less than or equal to 1000000; write 1e+06 or less" in str(raised.value)
