"""Whether a compaction has merged what an earlier import of the same file gave with another mapping.

An import replaces what the same file gave before by the name of its own files. A merged file holds the rows
of many, so that what comes of another mapping would stand beside them and count twice.
"""

import hashlib
import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from toolkit.measure.merging import imports_in
from toolkit.project.faults import Faults
from toolkit.project.yamlfile import read_yaml


def mapping_digest(kind: str, mapping: Path | None) -> str:
    """The same for the same kind and content of a mapping, however it is written."""
    document = None if mapping is None else read_yaml(mapping, Faults())
    content = json.dumps([kind, {} if document is None else document.data], sort_keys=True, default=str)
    return hashlib.sha256(content.encode()).hexdigest()[:16]


def refuse_merged(
    source: Path, *, name: str, mapping: str, option: str, metrics_dir: Path, faults: Faults
) -> None:
    """Note where rows of the import ``name`` lie merged that another mapping gave.

    Args:
        source: the file.
        mapping: see :func:`mapping_digest`.
    """
    pattern = f"*/option={option}/date=*/compact-*.parquet"
    files = sorted(metrics_dir.glob(pattern))
    found = [file.parent for file in files if _told(file, name) not in (None, mapping)]
    if found:
        folders = f"{found[0]}" + (f" and {len(found) - 1} more" if len(found) > 1 else "")
        wrong = f"was imported before with another mapping, and toolkit compact has merged that in {folders}"
        right = "use the mapping of before, or delete these folders and import anew what lay in them"
        faults.error(source, 1, "file", wrong, right)


def _told(file: Path, name: str) -> str | None:
    """With which mapping an import gave rows of a file. None where it gave none."""
    try:
        return imports_in(pq.read_schema(file).metadata).get(name)
    except (pa.ArrowException, OSError, ValueError):
        # Foreign, truncated, or merged away by somebody else just now.
        return None
