"""The index of all builds: newest first, each with its verdicts in words."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any

from toolkit.report.html import render
from toolkit.report.wording import day

LONGEST_REASON = 300
"""Characters of what an attempt failed for."""


def render_index(
    builds: Sequence[dict[str, Any]], attempts: Sequence[dict[str, Any]] = (), *, latest: str, state: str
) -> str:
    """The index page as HTML.

    Args:
        builds: manifests as :func:`toolkit.report.standing.builds` gives them, newest first.
        attempts: those that failed since the last good build, as
            :func:`toolkit.report.standing.attempts` gives them.
        latest: folder of the build that `latest` leads to.
        state: hash of what is shown, put into the page for the next build to compare.
    """
    rows = [_row(manifest, latest=latest) for manifest in builds]
    failed = [_attempt(about) for about in attempts]
    good = next((row for row in rows if row["is_latest"]), None)
    return render("index.html.j2", title="All reports", rows=rows, failed=failed, good=good, state=state)


def _row(manifest: dict[str, Any], *, latest: str) -> dict[str, Any]:
    folder = manifest["_folder"]
    about = manifest["about"] if isinstance(manifest.get("about"), dict) else {}
    return {
        "folder": folder,
        "is_latest": folder == latest,
        "title": str(about.get("title", "Report")),
        "as_of": day(date.fromisoformat(manifest["as_of"])),
        "built_at": _minute(manifest["_built_at_s"]),
        "verdicts": [verdict for verdict in about.get("verdicts", []) if isinstance(verdict, dict)],
    }


def _attempt(about: dict[str, Any]) -> dict[str, Any]:
    return {
        "folder": about["_folder"],
        "as_of": day(date.fromisoformat(about["as_of"])),
        "tried_at": _minute(about["_tried_at_s"]),
        "reasons": [shortened_reason(str(reason)) for reason in about.get("reasons", [])],
        "files": [str(name) for name in about.get("files", [])],
    }


def shortened_reason(reason: str) -> str:
    """The reason on one line, cut where an error tells more than a reader of the index wants.

    >>> shortened_reason("notebook a: ValueError:\\n  x")
    'notebook a: ValueError: x'
    """
    line = " ".join(reason.split())
    return line if len(line) <= LONGEST_REASON else f"{line[: LONGEST_REASON - 3]}..."


def _minute(posix_s: float) -> str:
    return datetime.fromtimestamp(posix_s, UTC).strftime("%Y-%m-%d %H:%M UTC")
