"""A place where recordings lie: a local folder, or anything that fsspec speaks to."""

import time
from contextlib import AbstractContextManager, suppress
from pathlib import Path
from typing import Any, BinaryIO

import fsspec
import pyarrow as pa
import pyarrow.parquet as pq

from toolkit.measure.folder import Folder
from toolkit.measure.names import Found, is_open, is_stale
from toolkit.measure.place import Place, is_url
from toolkit.measure.remote import Remote
from toolkit.project.faults import Faults

LOOKS = 20
"""How often to list again when files vanish meanwhile, as compaction makes them."""

PAUSE_S = 0.02
"""So much longer before each further look."""

TRIAL = ".writable"


class Store:
    """A place where recordings lie.

    Names of files are relative to it, with ``/`` between their parts. Errors of the place are
    :class:`OSError`, whatever its library calls them, and none shows a password. One thread uses a store at
    a time, as a connection may carry one request only; any number of stores may be of one place.
    """

    def __init__(self, held: Folder | Remote) -> None:
        self._held = held

    @classmethod
    def at(cls, where: "Path | str | Store") -> "Store":
        """The store at a local path or at a URL: ``file://``, ``ftp://``, ``s3://``, ``memory://`` …

        Credentials come from the URL, from the environment or from fsspec's own configuration.

        Raises:
            InputError: the URL's protocol is not known.
            EnvironmentFault: a package for it is missing, or the place cannot be reached.
        """
        if isinstance(where, Store):
            return where
        if isinstance(where, Path) or not is_url(where):
            return cls(Folder(Path(where)))
        place = Place.of(where)
        if place.protocol in ("file", "local"):
            return cls(Folder(Path(place.connect()[1] or "/")))
        return cls(Remote(place))

    def __str__(self) -> str:
        return str(self._held)

    @property
    def local(self) -> Path | None:
        """Its folder. None if it lies elsewhere."""
        return self._held.root if isinstance(self._held, Folder) else None

    @property
    def fs(self) -> Any:
        """The fsspec file system in which it lies."""
        return fsspec.filesystem("file") if isinstance(self._held, Folder) else self._held.fs

    def url(self, name: str) -> str:
        """What DuckDB or Spark may read: a path, or a URL without credentials.

        DuckDB reads the URL once :attr:`fs` is registered with it, from several threads. An ftp server
        answers one at a time, so copy its files with :meth:`fetch` instead.
        """
        return f"{self}/{name}"

    def files(self, below: str = "", faults: Faults | None = None) -> list[Found]:
        """All files below a folder of the store, by name; none where there is no such folder.

        A listing is no snapshot: of a file that is merged into a new one while it runs, it may show neither.
        So it is made twice, and counts if nothing of the first is missing in the second: what had vanished
        from the first was in a new file before, which the second then shows.

        Args:
            below: a folder of the store. Empty: all of it. Names that start with ``.`` or ``_`` are left out.
            faults: takes up each folder that cannot be listed. None: they are raised.

        Raises:
            InputError: a folder cannot be listed, and nothing takes up faults.
            FileNotFoundError: files vanish faster than they can be listed.
            OSError: the place cannot be asked.
        """
        for look in range(LOOKS):
            # Removing what was merged takes a while where it is much.
            time.sleep(look * PAUSE_S)
            seen = Faults()
            first = self._held.names(below, is_open, Faults())
            try:
                found = self._held.files(below, seen)
            except FileNotFoundError:
                continue
            if {file.name for file in found}.issuperset(first) or seen.found:
                _take_up(seen, faults)
                return found
        raise FileNotFoundError(f"{self}: files vanish faster than they can be listed")

    def open(self, name: str) -> BinaryIO:
        """The file, to read from any place in it.

        Raises:
            FileNotFoundError: there is none, or it was merged away just now.
            OSError: it cannot be read.
        """
        return self._held.open(name)

    def fetch(self, name: str, target: Path) -> None:
        """Copy the file to a local path; raises as :meth:`open` does."""
        self._held.fetch(name, target)

    def writing(self, name: str) -> AbstractContextManager[BinaryIO]:
        """A file to write to; after the block it stands under ``name``, complete or not at all.

        Raises:
            OSError: it could not be written. Perhaps it stands all the same, complete: where the network
                failed just after. Writing the same again does no harm.
        """
        return self._held.writing(name)

    def write(self, name: str, table: pa.Table) -> None:
        """Write a Parquet file; see :meth:`writing`."""
        with self.writing(name) as file:
            pq.write_table(table, file, compression="zstd")

    def remove(self, name: str, version: str | None = None) -> None:
        """Remove a file; one that is gone already is no error.

        Args:
            version: remove it only if this is its version still. Only a local folder can tell in the same
                moment; elsewhere list the files just before. None: remove it in any case.
        """
        self._held.remove(name, version)

    def check_writable(self) -> None:
        """Return if files can be written here; raises :class:`OSError` where they cannot."""
        with self.writing(TRIAL) as file:
            file.write(b"")
        # Who may only add files leaves this one behind, always the same.
        with suppress(OSError):
            self.remove(TRIAL)

    def sweep(self, older_than_s: float) -> int:
        """How many files, half written by killed writers more than so many seconds ago, were removed."""
        names = self._held.names("", lambda name: is_stale(name, older_than_s), Faults())
        for name in names:
            self.remove(name)
        return len(names)

    def disconnect(self) -> None:
        """Connect anew at the next call: a forked process must not talk on its parent's connection."""
        if isinstance(self._held, Remote):
            self._held.disconnect()

    def told(self, error: BaseException) -> str:
        """What an error of this place says, on one line and without a secret."""
        return self._held.told(error)


def _take_up(seen: Faults, faults: Faults | None) -> None:
    if faults is None:
        seen.raise_errors()
    else:
        faults.found.extend(seen.found)
