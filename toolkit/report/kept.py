"""What a decision was made from, kept beside the report: YAML files and hourly counts, in one archive.

So a later build can ask what the old inputs would say today. Neither the addresses that word is sent to nor
the place of the recordings are kept, as they may hold secrets, nor the settings of the chat server, nor any
file that decisions do not read. An archive may come from anywhere, so that all of it is looked at before any
of it is used.
"""

import io
import json
import re
import zipfile
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property, partial
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import yaml

from toolkit.metrics.rollups import Rollups
from toolkit.project import Folder, InputError, Project
from toolkit.project.yamlfile import LOADER

SCHEMA = "toolkit.inputs/1"
NAME = "inputs.zip"
FRAMES = ("counts", "latency", "ages", "aggregates")
"""What verdicts rest on; other counts are only drawn."""

LATER = "-told-later"
"""Ends the name of the rows of a frame that a later day told."""

PRIVATE = {"as_of", "notify", "recordings", "retention"}
"""Fields of project.yaml that are not kept; the day is told beside it."""

DECIDING = ("plan.yaml", "claims.yaml", "measurements.yaml", "use-cases.yaml", "weights.yaml")
"""Files of the folder itself that decisions read; another one is its owner's, and may hold anything."""

_NAME = re.compile(r"project\.yaml|(options|pricing|scenarios)/[^/\\\0]+\.yaml")
"""What else an archive may hold of a folder: nothing that would lie outside of one once it is unpacked."""

LARGEST = 1 << 30
"""Bytes that an archive may take when it is unpacked."""

_ALWAYS = (1980, 1, 1, 0, 0, 0)
"""The time of every file in the archive, as that of its writing says nothing."""


@dataclass(frozen=True)
class Kept:
    """The inputs of one decision.

    Args:
        as_of: its UTC day.
        code: SHA-256 of the toolkit and the packages that made it.
        files: the YAML files by their name in the folder.
        counts: the frames of its rollups as Parquet, by name.
    """

    as_of: date
    code: str
    files: Mapping[str, bytes]
    counts: Mapping[str, bytes]

    @classmethod
    def of(cls, folder: Folder, project: Project, rollups: Rollups, *, as_of: date, code: str) -> "Kept":
        """The inputs as they are now."""
        frames = {name: getattr(rollups, name) for name in FRAMES}
        later = {name: rollups.told_later(name) for name in FRAMES}
        frames |= {f"{name}{LATER}": frame for name, frame in later.items() if frame is not None}
        counts = {name: _parquet(frame) for name, frame in frames.items()}
        return cls(as_of=as_of, code=code, files=_files(folder, project), counts=counts)

    @classmethod
    def read(cls, report: Path) -> "Kept | None":
        """The inputs of a published report; None where it keeps none.

        Raises:
            InputError: the archive is not one of ours.
        """
        path = report / NAME
        if not path.is_file():
            return None
        try:
            return _unpacked(path)
        except _DAMAGED as error:
            wrong = f"is not what a build keeps ({type(error).__name__})"
            raise InputError(f"{path}:1: file: {wrong}; build that report again") from error

    def packed(self) -> bytes:
        """The archive; the same inputs give the same bytes."""
        made = json.dumps({"schema": SCHEMA, "as_of": self.as_of.isoformat(), "code": self.code})
        content = {"made.json": made.encode()}
        content |= {f"folder/{name}": data for name, data in self.files.items()}
        content |= {f"counts/{name}.parquet": data for name, data in self.counts.items()}
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w") as archive:
            for name in sorted(content):
                entry = zipfile.ZipInfo(name, date_time=_ALWAYS)
                archive.writestr(entry, content[name], zipfile.ZIP_DEFLATED, 9)
        return out.getvalue()

    @cached_property
    def documents(self) -> dict[str, Any]:
        """The content of each YAML file; comments and the order of keys are no part of it."""
        return {name: yaml.load(data, Loader=LOADER) for name, data in self.files.items()}

    @cached_property
    def rollups(self) -> Rollups:
        """The counts as they were rolled up."""
        counts, latency, ages, aggregates = (partial(_made, self.counts[name]) for name in FRAMES)
        return Rollups(
            counts=counts, latency=latency, ages=ages, aggregates=aggregates, told_later=self._told_later()
        )

    def _told_later(self) -> dict[str, Callable[[], pd.DataFrame]]:
        return {
            name.removesuffix(LATER): partial(_made, data)
            for name, data in self.counts.items()
            if name.endswith(LATER)
        }


def _files(folder: Folder, project: Project) -> dict[str, bytes]:
    """The YAML files that decisions read."""
    paths = [path for name in DECIDING if (path := folder.root / name).exists()]
    for kind in ("options", "pricing", "scenarios"):
        paths += folder.files(kind)
    found = {path.relative_to(folder.root).as_posix(): path.read_bytes() for path in paths}
    told = project.model_dump(mode="json", exclude=PRIVATE, exclude_none=True)
    return found | {"project.yaml": json.dumps(told, indent=1).encode()}


def _parquet(frame: pd.DataFrame) -> bytes:
    out = io.BytesIO()
    pq.write_table(pa.Table.from_pandas(frame, preserve_index=False), out, compression="zstd")
    return out.getvalue()


def _made(parquet: bytes) -> pd.DataFrame:
    frame: pd.DataFrame = pq.read_table(io.BytesIO(parquet)).to_pandas()
    return frame


_DAMAGED = (
    zipfile.BadZipFile, zlib.error, yaml.YAMLError, pa.ArrowException,
    AttributeError, EOFError, KeyError, OSError, RuntimeError, TypeError, ValueError,
)  # fmt: skip
"""What reading an archive may raise that is damaged, or that somebody else made."""


def _unpacked(path: Path) -> Kept:
    """The archive's content, once each part of it is known to be what its name says."""
    with zipfile.ZipFile(path) as archive:
        if sum(entry.file_size for entry in archive.infolist()) > LARGEST:
            raise ValueError("too large")
        made = json.loads(archive.read("made.json"))
        if made["schema"] != SCHEMA:
            raise ValueError("another schema")
        content = {name: archive.read(name) for name in archive.namelist()}
    counts = {
        name.removeprefix("counts/").removesuffix(".parquet"): data
        for name, data in content.items()
        if name.startswith("counts/")
    }
    if missing := [name for name in FRAMES if name not in counts]:
        raise KeyError(missing[0])
    files = {
        name.removeprefix("folder/"): data for name, data in content.items() if name.startswith("folder/")
    }
    # Earlier versions kept every YAML file that lay in the folder.
    files = {name: data for name, data in files.items() if name in DECIDING or _NAME.fullmatch(name)}
    kept = Kept(date.fromisoformat(made["as_of"]), str(made["code"]), files, counts)
    if not all(isinstance(document, dict) for document in kept.documents.values()):
        raise ValueError("a file holds no mapping")
    for data in counts.values():
        _made(data)
    return kept
