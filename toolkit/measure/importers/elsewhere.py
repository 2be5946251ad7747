"""Imports for recordings that do not lie in the decision folder."""

import shutil
import tempfile
from dataclasses import replace
from pathlib import Path

from toolkit.measure.importers import import_file
from toolkit.measure.importers.result import ImportResult
from toolkit.measure.store import Store
from toolkit.project.faults import EnvironmentFault


def import_elsewhere(
    kind: str,
    path: Path,
    *,
    option: str,
    environment: str,
    recordings: str,
    metrics_dir: Path,
    mapping: Path | None = None,
) -> ImportResult:
    """What became of a file's pieces; facts go to the place of the recordings, bad pieces stay here.

    Rows that the place holds already are not looked for: readers count a key once, and compaction removes the
    second. Importing a file again changes nothing.

    Args:
        recordings: URL of the place.
        metrics_dir: the folder ``metrics`` of the decision folder, for the bad pieces.
        kind, path, option, environment, mapping: see :func:`toolkit.measure.importers.import_file`.

    Raises:
        InputError: as there; nothing is written then.
        EnvironmentFault: the place or the folder cannot be written.
    """
    store = Store.at(recordings)
    with tempfile.TemporaryDirectory(prefix="toolkit-") as scratch:
        here = Path(scratch)
        found = import_file(
            kind, path, option=option, environment=environment, metrics_dir=here, mapping=mapping
        )
        try:
            side = _keep(found.set_aside_file, metrics_dir / "set-aside")
            names = [Path(file).relative_to(here).as_posix() for file in found.files]
            for name in names:
                with (here / name).open("rb") as source, store.writing(name) as target:
                    shutil.copyfileobj(source, target)
            _remove_stale(store, names, option)
        except OSError as error:
            raise EnvironmentFault(f"{store}: cannot be written: {store.told(error)}") from error
        return replace(found, set_aside_file=side, files=tuple(store.url(name) for name in names))


def _keep(side: Path | None, folder: Path) -> Path | None:
    """The bad pieces, moved to where they stay."""
    if side is None:
        return None
    with side.open("rb") as source, Store.at(folder).writing(side.name) as target:
        shutil.copyfileobj(source, target)
    return folder / side.name


def _remove_stale(store: Store, names: list[str], option: str) -> None:
    """Remove what an earlier import of the same file, with another mapping, had written on other days."""
    own = {name.rpartition("/")[2] for name in names}
    for file in store.files():
        mine = file.name.rpartition("/")[2] in own and f"/option={option}/" in file.name
        if mine and file.name not in names:
            store.remove(file.name)
