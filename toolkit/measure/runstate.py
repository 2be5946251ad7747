"""What is done of a bake-off and what is left, kept beside the recordings so that a killed run goes on."""

import fcntl
import hashlib
import json
import os
import shutil
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any, Literal

from toolkit.chat.settings import PresetName
from toolkit.evidence import Strict
from toolkit.measure.machine import machine, versions
from toolkit.measure.serveruse import ServerUse
from toolkit.measure.totals import ProbeResult
from toolkit.measure.unit import UnitResult
from toolkit.measure.workload import Workload
from toolkit.project.faults import EnvironmentFault

FOLDER = "_bakeoff"
"""Below the folder ``metrics``. Readers leave out names that begin with an underscore."""

Status = Literal["measured", "recorded", "invalid", "failed"]


class UnitState(Strict):
    """One option in one round, once it was tried.

    Args:
        status: ``measured`` facts wait to be recorded; ``invalid`` ones are set aside.
        why: it is invalid, or failed. None for the others.
        probe, faults, use: see :class:`toolkit.measure.unit.UnitResult`.
    """

    status: Status
    why: str | None = None
    probe: dict[str, Any] | None = None
    faults: dict[str, int] | None = None
    use: ServerUse | None = None

    @property
    def totals(self) -> ProbeResult | None:
        """Of the clients. None where it failed."""
        return None if self.probe is None else ProbeResult(**self.probe)


class _State(Strict):
    collector: str
    plan: dict[str, Any]
    units: dict[str, UnitState] = {}


class RunState:
    """The state of one bake-off, in a file that is replaced whole.

    Args:
        folder: of the run.
    """

    def __init__(self, folder: Path, plan: dict[str, Any]) -> None:
        self.folder = folder
        self._file = folder / "state.json"
        self._state = self._read() or _State(collector=uuid.uuid4().hex[:8], plan=plan)

    @property
    def collector(self) -> str:
        """The start of the collector of every round."""
        return self._state.collector

    def units(self) -> dict[str, UnitState]:
        """What was tried, by the name of the unit."""
        return dict(self._state.units)

    def staged(self, unit: str) -> Path:
        """Where the facts of a unit lie."""
        return self.folder / "facts" / unit

    def begin(self, unit: str) -> Path:
        """An empty folder for the facts of a unit; what an earlier try left in it is removed."""
        shutil.rmtree(self.staged(unit), ignore_errors=True)
        self.staged(unit).mkdir(parents=True)
        return self.staged(unit)

    def done(self, unit: str, result: UnitResult) -> UnitState:
        """Note what came of a unit."""
        why = result.probe.invalid
        state = UnitState(
            status="invalid" if why else "measured", why=why, probe=asdict(result.probe),
            faults=result.faults, use=result.use,
        )  # fmt: skip
        return self._note(unit, state)

    def failed(self, unit: str, why: str) -> UnitState:
        """Note that a unit could not be measured; its facts are removed."""
        shutil.rmtree(self.staged(unit), ignore_errors=True)
        return self._note(unit, UnitState(status="failed", why=why))

    def recorded(self, unit: str) -> None:
        """Note that the facts of a unit are where they belong."""
        self._note(unit, self._state.units[unit].model_copy(update={"status": "recorded"}))

    def _note(self, unit: str, state: UnitState) -> UnitState:
        self._state.units[unit] = state
        text = self._state.model_dump_json(indent=1)
        beside = self._file.with_suffix(".new")
        with beside.open("w") as file:
            file.write(text + "\n")
            file.flush()
            os.fsync(file.fileno())
        beside.replace(self._file)
        return state

    def _read(self) -> _State | None:
        """The state of an earlier run that was not finished. None: there is none that can be read."""
        try:
            return _State.model_validate_json(self._file.read_bytes())
        except (OSError, ValueError):
            return None


def plan_of(
    options: Sequence[str], workload: Workload, *, environment: str, preset: PresetName
) -> dict[str, Any]:
    """All that must be the same for a run to go on where another stopped."""
    return {
        "options": list(options),
        "workload": workload.model_dump(mode="json"),
        "environment": environment,
        "preset": preset,
        "machine": machine(),
        "versions": {option: versions(option) for option in options},
    }


@contextmanager
def opened(state_dir: Path, plan: dict[str, Any], *, anew: bool) -> Iterator[RunState]:
    """The state of the run of this plan; nobody else has it meanwhile.

    Args:
        anew: forget what an unfinished run of the same plan has measured and not recorded.

    Raises:
        EnvironmentFault: the same is running already, or the folder cannot be written.
    """
    digest = hashlib.sha256(json.dumps(plan, sort_keys=True).encode()).hexdigest()[:12]
    folder = state_dir / FOLDER / digest
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = (folder / "lock").open("w")
    except OSError as error:
        why = error.strerror or str(error)
        raise EnvironmentFault(
            f"{folder}: recording failed: {why}; free the disk or choose another place"
        ) from error
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise EnvironmentFault(f"{folder}: the same bake-off is running; wait for it") from error
        if anew:
            (folder / "state.json").unlink(missing_ok=True)
        yield RunState(folder, plan)
