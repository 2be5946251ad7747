"""The index of all reports, written again only when what it shows has changed."""

import hashlib
import json
from pathlib import Path

from toolkit.report.standing import attempts, builds, latest_of
from toolkit.report.writing import write


def write_index(out: Path) -> None:
    """Make the index say what there is, unless it does."""
    if not index_is_old(out):
        return
    from toolkit.report.index import render_index

    page = render_index(builds(out), attempts(out), latest=latest_of(out), state=_state(out))
    write(out, "index.html", page)


def index_is_old(out: Path) -> bool:
    """Whether the index is missing or shows another state than there is."""
    try:
        return _state(out) not in (out / "index.html").read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return True


def _state(out: Path) -> str:
    """A hash of all that the index shows, kept in it, so that it is rewritten only when it must be."""
    shown = json.dumps([latest_of(out), builds(out), attempts(out)], sort_keys=True)
    return hashlib.sha256(shown.encode()).hexdigest()
