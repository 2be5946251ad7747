"""Executed notebooks by the content of what each depends on, so that a build runs only those it must.

Everything counts for every notebook: code, versions, parameters, recordings, the whole folder. Only the
content of scenarios and of other notebooks counts for those alone that made use of it, as their kernels
say. A kernel does not see what a library of another language or another process reads; so a notebook
that could call one depends on everything.
"""

import ast
import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, cast

import nbformat

from toolkit.project.remembered import bound
from toolkit.report.writing import write

SCHEMA = "toolkit.executed/1"
MOST_BYTES = 100_000_000

SEEN = frozenset({
    "collections", "datetime", "decimal", "functools", "itertools", "json", "math", "matplotlib", "numpy",
    "pandas", "pathlib", "statistics", "textwrap", "toolkit", "typing",
})  # fmt: skip
"""Packages with which a notebook opens files through Python only."""

_UNSEEN = ("__import__", "eval", "exec", "compile", "get_ipython", "breakpoint", "open_code")


@dataclass(frozen=True, kw_only=True)
class Ground:
    """What all notebooks of a build depend on.

    Args:
        inputs: SHA-256 of every file by its name in the report, as of a fingerprint.
        code: SHA-256 of the toolkit and of what it runs on.
        told: anything else that the checks of the folder may have said, its warnings.
        parameters: of every notebook.
        project, notebooks: the folders.
    """

    inputs: Mapping[str, str]
    code: str
    told: tuple[str, ...]
    parameters: Mapping[str, Any]
    project: Path
    notebooks: Path

    def of(self, notebook: Path) -> str:
        """The digest of what a notebook depends on whatever it reads; of tracked files only the names."""
        known = {name: "" if tracked(name) else digest for name, digest in self.inputs.items()}
        if not is_seen(notebook):
            known = dict(self.inputs)
        own = hashlib.sha256(notebook.read_bytes()).hexdigest()
        state = [own, notebook.name, known, self.code, list(self.told), dict(self.parameters)]
        return hashlib.sha256(json.dumps(state, sort_keys=True).encode()).hexdigest()

    def named(self, reads: Iterable[str]) -> dict[str, str]:
        """The digest of each tracked file among what a kernel read."""
        found = {}
        for path in map(Path, reads):
            for folder, prefix in ((self.project, ""), (self.notebooks, "notebooks/")):
                if path.resolve().is_relative_to(folder.resolve()):
                    name = prefix + path.resolve().relative_to(folder.resolve()).as_posix()
                    if tracked(name):
                        found[name] = self.inputs.get(name, "absent")
        return found


def tracked(name: str) -> bool:
    """Whether a file counts only for the notebooks that made use of it.

    >>> tracked("scenarios/production.yaml"), tracked("notebooks/1-a.ipynb"), tracked("plan.yaml")
    (True, True, False)
    """
    path = PurePosixPath(name)
    return str(path.parent / path.suffix) in ("scenarios/.yaml", "notebooks/.ipynb")


def is_seen(notebook: Path) -> bool:
    """Whether everything that a notebook reads passes through Python itself, as far as its code tells."""
    read: Any = cast("Any", nbformat.read)(notebook, as_version=4)
    for cell in read.cells:
        if cell.cell_type != "code":
            continue
        try:
            tree = ast.parse(cell.source)
        except SyntaxError:  # A line for the shell, or for IPython.
            return False
        if not all(map(_is_seen, ast.walk(tree))):
            return False
    return True


def _is_seen(node: ast.AST) -> bool:
    if isinstance(node, ast.Import):
        return all(alias.name.partition(".")[0] in SEEN for alias in node.names)
    if isinstance(node, ast.ImportFrom):
        return node.level == 0 and (node.module or "").partition(".")[0] in SEEN
    return not (isinstance(node, ast.Name) and node.id in _UNSEEN)


def find(home: Path, ground: Ground, notebook: Path) -> str | None:
    """The executed notebook as text; None where it has to run."""
    for path in sorted(home.glob(f"{ground.of(notebook)[:32]}-*.json")):
        try:
            kept = json.loads(path.read_text(encoding="utf-8"))
            whole = kept["schema"] == SCHEMA and kept["digest"] == _digest(kept["content"])
            content: dict[str, Any] = json.loads(kept["content"]) if whole else {}
        except (OSError, ValueError, KeyError, TypeError):
            continue
        if content.get("base") == ground.of(notebook) and _holds(ground, content["reads"]):
            return str(content["notebook"])
    return None


def _holds(ground: Ground, reads: Mapping[str, str]) -> bool:
    """Whether every file that was made use of is what it was."""
    return all(ground.inputs.get(name, "absent") == digest for name, digest in reads.items())


def keep(home: Path, ground: Ground, notebook: Path, *, executed: str, reads: Iterable[str]) -> None:
    """Keep an executed notebook; a disk that takes no more only costs the next build its time."""
    base, named = ground.of(notebook), ground.named(reads)
    content = json.dumps({"base": base, "reads": named, "notebook": executed}, sort_keys=True)
    text = json.dumps({"schema": SCHEMA, "digest": _digest(content), "content": content})
    try:
        home.mkdir(parents=True, exist_ok=True, mode=0o700)
        write(home, f"{base[:32]}-{_digest(json.dumps(named, sort_keys=True))[:16]}.json", text)
        bound(home, most_bytes=MOST_BYTES)
    except OSError:
        return


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
