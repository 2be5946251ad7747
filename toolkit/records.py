"""Decision records joined: drawn up from a decision, filed by a team, checked again on every later day."""

import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from toolkit.cost.result import CostResult
from toolkit.decide.decision import Decision
from toolkit.decide.record.drawing import draw_up
from toolkit.decide.record.filed import read_record
from toolkit.loading import Loaded
from toolkit.project import EnvironmentFault, Faults, Folder, InputError
from toolkit.report.recordtext import record_text

LONGEST_SLUG = 60


def record_of(
    loaded: Loaded,
    decision: Decision,
    *,
    cost: CostResult,
    inputs: Mapping[str, str],
) -> str:
    """The record of a decision as the text of its file.

    Args:
        cost: what it was decided on.
        inputs: SHA-256 of every file of the folder by its name.
    """
    scenario = loaded.scenarios[decision.scenario]
    record = draw_up(
        decision,
        plan=loaded.plan,
        cost=cost,
        scenario=scenario,
        options=loaded.options,
        books=loaded.books,
        inputs={name: digest for name, digest in inputs.items() if not name.startswith("records/")},
        review_days=loaded.project.review_days,
    )
    return record_text(
        record, decision, title=loaded.project.title, plan=loaded.plan, scenario=scenario,
        options=loaded.options,
    )  # fmt: skip


def file_record(folder: Folder, source: Path, *, scenarios: Sequence[str]) -> Path:
    """The record of a report put among the folder's, as ``records/DATE-slug.md``; nothing is overwritten.

    Raises:
        InputError: it is no record, of a scenario that the folder does not have, or filed already.
        EnvironmentFault: the folder cannot be written.
    """
    faults = Faults()
    filed = read_record(source, faults)
    faults.raise_errors()
    if filed is None:
        raise InputError(faults)
    record = filed.record
    if record.scenario not in scenarios:
        wrong = f"is of scenario {record.scenario!r}, which the folder does not have"
        raise InputError.of_argument("record", wrong, "take a record of this folder's reports")
    target = folder.records / f"{record.as_of.isoformat()}-{slug(record.scenario)}.md"
    try:
        folder.records.mkdir(exist_ok=True)
        _put(source.read_bytes(), target)
    except FileExistsError:
        wrong, right = f"{target} is there already", "edit that one, or rename it first"
        raise InputError.of_argument("record", wrong, right) from None
    except OSError as error:
        raise EnvironmentFault(f"{target}: {error.strerror}; make the folder writable") from error
    return target


def _put(content: bytes, target: Path) -> None:
    """Write a new file, there whole or not at all: half a record would stop every command on the folder.

    Raises:
        FileExistsError: it is there already.
    """
    part = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        with part.open("wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        try:
            # Unlike a rename, a link replaces nothing.
            os.link(part, target)
        except FileExistsError:
            raise
        except OSError:
            # Not every file system has links.
            if target.exists():
                raise FileExistsError(target) from None
            part.replace(target)
    finally:
        part.unlink(missing_ok=True)


def slug(text: str) -> str:
    """The text as a part of a file name.

    >>> slug("Our Team: 10k users!"), slug("../..")
    ('our-team-10k-users', 'decision')
    """
    words = re.findall(r"[a-z0-9]+", text.lower())
    return "-".join(words)[:LONGEST_SLUG].strip("-") or "decision"
