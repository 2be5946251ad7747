"""A build: every page of a report, written into one folder that appears at once."""

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import quote

from toolkit.project.faults import Fault, Faults
from toolkit.project.folder import listed
from toolkit.report.appendix import notebook_page, title_of
from toolkit.report.attempts import keep_attempt
from toolkit.report.executed import Ground
from toolkit.report.fingerprint import Fingerprint
from toolkit.report.inputs import ReportInputs
from toolkit.report.kept import NAME as KEPT
from toolkit.report.page import leadership_page
from toolkit.report.publish import cache_of, publish
from toolkit.report.run import KernelFault, NotebookError, run_notebooks
from toolkit.report.watched import watched
from toolkit.report.whatif import what_if_page
from toolkit.report.writing import write, write_bytes

RESERVED = ("index", "build", "decision", "what-if")
"""Names that the report's own files have."""


def build(
    inputs: ReportInputs,
    *,
    out: Path,
    fingerprint: Fingerprint,
    project: Path,
    notebooks: Path,
    limit_s: float = 300.0,
    wait_s: float = 600.0,
) -> Path:
    """The folder of the published report: `index.html`, `what-if.html`, a page a notebook, and the documents.

    Args:
        inputs: the computed results, the default scenario first.
        out: the folder of all reports.
        fingerprint: the state that the results were computed from.
        project: the decision folder, which the notebooks read.
        notebooks: the folder with the notebooks.
        limit_s: seconds that each notebook may take.
        wait_s: seconds to wait while another build runs.

    Raises:
        InputError: a notebook fails; nothing is published, and the index tells of the attempt.
        EnvironmentFault: another build runs, a kernel fails, or the folder cannot be written.
    """
    paths = notebook_files(notebooks)
    inputs = replace(inputs, warnings=[_local(warning, project) for warning in inputs.warnings])

    def render(folder: Path) -> dict[str, Any]:
        executed = _executed(
            paths, inputs, fingerprint, project=project, kept=cache_of(out) / "notebooks", limit_s=limit_s
        )
        pages = _appendix(folder, executed, build_id=fingerprint.build_id)
        write(folder, "index.html", leadership_page(inputs, build_id=fingerprint.build_id, notebooks=pages))
        if inputs.default[1].whatif is not None:
            write(folder, "what-if.html", what_if_page(inputs, build_id=fingerprint.build_id))
        documents = decision_documents(inputs)
        for name, document in documents.items():
            write(folder, name, json.dumps(document, indent=1, ensure_ascii=False) + "\n")
        for name, text in decision_records(inputs).items():
            write(folder, name, text)
        if inputs.kept:
            write_bytes(folder, KEPT, inputs.kept)
        return _about(inputs, documents)

    try:
        return publish(
            out, fingerprint=fingerprint, render=render, keep=inputs.project.retention, wait_s=wait_s
        )
    except (NotebookError, KernelFault) as error:
        # What there is to see is saved before anybody is told.
        partial = {f"{one.path.stem}.ipynb": one.partial for one in error.failed if one.partial is not None}
        reasons = [one.reason for one in error.failed]
        keep_attempt(out, fingerprint=fingerprint, reasons=reasons, files=partial)
        raise


def notebook_files(folder: Path) -> list[Path]:
    """The notebooks of a folder, by name.

    Raises:
        InputError: one has the name of a page of the report, or is no file.
    """
    faults = Faults()
    found = listed(folder, "*.ipynb", faults) or []
    paths = [path for path in found if not path.name.startswith(".")]
    for path in paths:
        if path.stem in RESERVED:
            faults.error(
                path, 1, "file", f"{path.stem} is the name of another page", "rename it, to 5-name.ipynb say"
            )
        elif path.exists() and not path.is_file() and not path.is_dir():
            # A pipe would be waited for, for ever.
            faults.error(path, 1, "file", "is no regular file", "replace it by one, or remove it")
        elif path.exists() and not os.access(path, os.R_OK):
            faults.error(path, 1, "file", "cannot be read (Permission denied)", "let it be read")
        elif "\\" in path.name:
            faults.error(path, 1, "file", "has a backslash in its name", "rename it, to 5-name.ipynb say")
    faults.raise_errors()
    return paths


def decision_documents(inputs: ReportInputs) -> dict[str, dict[str, Any]]:
    """The decisions by file: `decision.json` of the default scenario, `decision-NAME.json` of another."""
    return {
        _file(inputs, "decision", name, "json"): its.decision.to_document()
        for name, its in inputs.scenarios.items()
    }


def decision_records(inputs: ReportInputs) -> dict[str, str]:
    """The decision records by file: `decision-record.md` of the default scenario, else with its name."""
    return {
        _file(inputs, "decision-record", name, "md"): its.record
        for name, its in inputs.scenarios.items()
        if its.record
    }


def _file(inputs: ReportInputs, stem: str, scenario: str, ending: str) -> str:
    suffix = "" if scenario == inputs.default[0] else f"-{quote(scenario, safe=' ')}"
    return f"{stem}{suffix}.{ending}"


def _executed(
    paths: Sequence[Path],
    inputs: ReportInputs,
    fingerprint: Fingerprint,
    *,
    project: Path,
    kept: Path,
    limit_s: float,
) -> dict[str, Any]:
    """The executed notebooks by their stem; those of which nothing has changed are not run again."""
    parameters = {
        "project": str(project.resolve()),
        "scenario": inputs.default[0],
        "as_of": inputs.as_of.isoformat(),
    }
    if not paths:
        return {}
    folder = paths[0].parent
    ground = Ground(
        inputs=fingerprint.inputs,
        code=fingerprint.code,
        told=tuple(str(warning) for warning in inputs.warnings),
        parameters=parameters,
        project=project,
        notebooks=folder,
    )
    return run_notebooks(paths, parameters, cwd=folder, limit_s=limit_s, kept=kept, ground=ground)


def _appendix(folder: Path, executed: Mapping[str, Any], *, build_id: str) -> list[tuple[str, str]]:
    """Write a page for each notebook; stem and title of each, for the links to them."""
    pages = [(name, title_of(notebook, name)) for name, notebook in executed.items()]
    for name, notebook in executed.items():
        write(folder, f"{name}.html", notebook_page(notebook, name=name, pages=pages, build_id=build_id))
    return pages


def _local(fault: Fault, project: Path) -> Fault:
    """The fault with its file named from the folder, so that a page says nothing of the machine."""
    path = Path(fault.file)
    return replace(fault, file=str(path.relative_to(project))) if path.is_relative_to(project) else fault


def _about(inputs: ReportInputs, documents: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """What the index says of the report, and what messages are about."""
    titles = {phase.id: phase.title for phase in inputs.plan.phases}
    phases = documents["decision.json"]["phases"]
    return {
        "title": inputs.project.title,
        "scenarios": list(inputs.scenarios),
        "verdicts": [{"title": titles[phase["id"]], "verdict": phase["verdict"]} for phase in phases],
        "watched": watched(inputs, list(documents.values())),
    }
