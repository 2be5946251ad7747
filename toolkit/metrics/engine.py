"""From the files of some partitions to their rollups, on whichever engine."""

from typing import Protocol

from toolkit.metrics.frames import Frames
from toolkit.metrics.shelf import Shelf
from toolkit.metrics.sources import Opened
from toolkit.project.faults import EnvironmentFault, InputError, near

ENGINES = ["duckdb", "spark"]


class Engine(Protocol):
    """What rolls partitions up."""

    def roll_up(self, partitions: list[Opened]) -> Frames:
        """The rollups of partitions of one table, numbered as they stand in the list.

        Raises:
            FileNotFoundError: a file vanished meanwhile.
            EnvironmentFault: the engine failed, for other reasons than a file.
            UnreadableFacts: the engine cannot read some file.
        """

    def close(self) -> None:
        """Give back what the engine holds."""


class UnreadableFacts(Exception):
    """An engine stumbled, maybe over the content of a file."""


def engine_of(name: str, *, master: str | None, shelf: Shelf) -> Engine:
    """The engine of that name, not yet started.

    Args:
        master: of a Spark cluster. None: this machine.
        shelf: keeps its queries.

    Raises:
        InputError: there is no such engine, or it has no master.
        EnvironmentFault: it is not installed.
    """
    if name not in ENGINES:
        raise InputError(f"--engine: {name!r} is no engine; {near(name, ENGINES)}")
    if name == "duckdb":
        if master is not None:
            raise InputError("--master: DuckDB has none; leave it out, or choose --engine spark")
        from toolkit.metrics.duck import DuckDB

        return DuckDB(shelf)
    from toolkit.metrics.spark import Spark

    return Spark(master, shelf)


def failed(engine: str, error: Exception) -> EnvironmentFault:
    """What to tell of an engine that failed on files that are sound."""
    line = (str(error).splitlines() or [type(error).__name__])[0]
    return EnvironmentFault(f"{engine} cannot roll up the metrics: {line}; free memory and disk space")
