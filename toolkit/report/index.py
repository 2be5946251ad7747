"""The index of all builds: newest first, each with its verdicts in words."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any

from toolkit.report.html import render
from toolkit.report.wording import day


def render_index(builds: Sequence[dict[str, Any]], *, latest: str, state: str) -> str:
    """The index page as HTML.

    Args:
        builds: manifests as :func:`toolkit.report.publish.builds` gives them, newest first.
        latest: folder of the build that `latest` leads to.
        state: hash of what is shown, put into the page for the next build to compare.
    """
    rows = [_row(manifest, latest=latest) for manifest in builds]
    return render("index.html.j2", title="All reports", rows=rows, state=state)


def _row(manifest: dict[str, Any], *, latest: str) -> dict[str, Any]:
    folder = manifest["_folder"]
    about = manifest["about"] if isinstance(manifest.get("about"), dict) else {}
    return {
        "folder": folder,
        "is_latest": folder == latest,
        "title": str(about.get("title", "Report")),
        "as_of": day(date.fromisoformat(manifest["as_of"])),
        "built_at": datetime.fromtimestamp(manifest["_built_at_s"], UTC).strftime("%Y-%m-%d %H:%M UTC"),
        "verdicts": [verdict for verdict in about.get("verdicts", []) if isinstance(verdict, dict)],
    }
