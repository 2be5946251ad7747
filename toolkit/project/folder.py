"""The decision folder: where its files lie, and its own project.yaml."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import Field

from toolkit.evidence import Day, NonNegative, Strict, Text
from toolkit.project.faults import Faults
from toolkit.project.yamlfile import Document, read_yaml


class Project(Strict):
    """``project.yaml``.

    Args:
        title: what the report is called.
        as_of: the UTC day that pins data, prices and staleness. None means today.
        currency: of every amount; US dollars are the only one.
        default_scenario: id of the scenario that comes first.
        environments: the grade of evidence of each environment, strongest use first among equals.
        outage_hours: the longest outage, in hours, that gates allow for.
        review_days: days after which a decision is looked at again in any case. None where none are set.
        delivery_deadline_s: the longest deadline of the recorded deliveries: no latency beyond it is known.
        retention: how many builds to keep. None keeps all.
        recordings: URL of the place where the recorded facts lie, ``s3://bucket/metrics`` for example. None:
            in the folder's own ``metrics/``.
        notify: where to send word of a build, as Apprise addresses.
    """

    title: Text
    as_of: Day | None = None
    currency: Literal["USD"] = "USD"
    default_scenario: str
    environments: dict[str, Literal["lab", "field"]] = Field(min_length=1)
    outage_hours: NonNegative = 1.0
    review_days: int | None = Field(default=None, ge=1)
    delivery_deadline_s: NonNegative = 5.0
    retention: int | None = Field(default=None, ge=1)
    recordings: str | None = Field(default=None, pattern="^[a-z][a-z0-9+.-]*://")
    notify: list[str] = Field(default_factory=list)


@dataclass(frozen=True)
class Folder:
    """Paths of a decision folder; nothing here reads a file except :meth:`documents`."""

    root: Path

    @property
    def project(self) -> Path:
        return self.root / "project.yaml"

    @property
    def plan(self) -> Path:
        return self.root / "plan.yaml"

    @property
    def measurements(self) -> Path:
        return self.root / "measurements.yaml"

    @property
    def chat(self) -> Path:
        return self.root / "chat.yaml"

    @property
    def metrics(self) -> Path:
        return self.root / "metrics"

    @property
    def records(self) -> Path:
        return self.root / "records"

    @property
    def notebooks(self) -> Path:
        return self.root / "notebooks"

    def files(self, kind: Literal["options", "pricing", "scenarios"]) -> list[Path]:
        """The YAML files of one kind, in the order of their names."""
        return sorted((self.root / kind).glob("*.yaml"))

    def documents(self, kind: Literal["options", "pricing", "scenarios"], faults: Faults) -> list[Document]:
        """The files of one kind that can be read; a kind without any file is a fault."""
        return documents_in(self.root / kind, faults)


def documents_in(folder: Path, faults: Faults, *, right: str = "add one") -> list[Document]:
    """The YAML files of a folder that can be read, in the order of their names; no file at all is a fault.

    Of a file that ends in .yml, which is read nowhere, faults warn.

    Args:
        folder: where they lie.
        faults: takes what is wrong.
        right: what would be right where there is none.
    """
    paths = listed(folder, "*.yaml", faults)
    if paths == []:
        faults.error(folder, 1, "folder", "holds no .yaml file", right)
    for path in sorted(folder.glob("*.yml")):
        faults.warn(path, 1, "file", "is not read", f"name it {path.stem}.yaml")
    documents = [read_yaml(path, faults) for path in paths or ()]
    return [document for document in documents if document is not None]


def listed(folder: Path, pattern: str, faults: Faults) -> list[Path] | None:
    """The files of a folder by their names, none where it is not there; None where it cannot be listed.

    Left to itself, a search in a folder that may not be listed finds nothing and says nothing.
    """
    try:
        next(folder.iterdir(), None)
    except (FileNotFoundError, NotADirectoryError):
        return []
    except OSError as error:
        faults.error(folder, 1, "folder", f"cannot be listed ({error.strerror})", "let it be read")
        return None
    return sorted(folder.glob(pattern))


def shipped(name: Literal["data", "notebooks"]) -> Path:
    """The folder of this name that the toolkit brings: beside the package, or inside an installed one."""
    package = Path(__file__).parent.parent
    inside, beside = package / f"_{name}", package.parent / name
    return inside if inside.is_dir() else beside
