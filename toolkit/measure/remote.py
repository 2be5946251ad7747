"""A store at a URL: whatever fsspec speaks to, with the errors and the certainty of a local folder."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, BinaryIO, cast

from toolkit.measure.names import Found, Wanted, is_open, temporary_name
from toolkit.measure.place import Place
from toolkit.project.faults import Faults, ToolkitError

_NEVER_CHANGES = frozenset({"name", "Key", "type"})
_CHANGES_BY_READING = frozenset({"time", "time_accessed", "atime", "accessed_at", "last_accessed"})

Infos = dict[str, dict[str, Any]]


class Remote:
    """A store at a URL.

    Raises:
        OSError: any error of the place, whatever its library calls it; without a secret in it.
    """

    def __init__(self, place: Place) -> None:
        self._place = place
        self._connection: tuple[Any, str] | None = place.connect()

    def __str__(self) -> str:
        return self._place.url

    @property
    def fs(self) -> Any:
        return self._connected()[0]

    def names(self, below: str, wanted: Wanted, faults: Faults) -> list[str]:
        """The files below a folder whose own name is wanted; hidden folders are left out."""
        return sorted(self._infos(below, wanted))

    def files(self, below: str, faults: Faults) -> list[Found]:
        """The files below a folder that are to be read."""
        infos = self._infos(below, is_open)
        return [Found(name, int(info["size"] or 0), version(info)) for name, info in sorted(infos.items())]

    def open(self, name: str) -> BinaryIO:
        if self._place.whole:
            with self._asking(name, exists=True) as (fs, path):
                return cast("BinaryIO", fs.open(path, "rb"))
        # A file-like server sends one piece of one file at a time at best.
        with tempfile.TemporaryDirectory() as folder:
            copy = Path(folder, "copy")
            self.fetch(name, copy)
            # An open file outlives its name.
            return copy.open("rb")

    def fetch(self, name: str, target: Path) -> None:
        with self._asking(name, exists=True) as (fs, path):
            if self._place.whole:
                fs.get_file(path, str(target))
                return
            # Given a path, some would leave the file open after an error.
            with target.open("wb") as file:
                fs.get_file(path, file)

    def remove(self, name: str, version: str | None = None) -> None:
        """Remove a file, whatever its version: to ask for it would take as long as to list the folder."""
        with suppress(FileNotFoundError), self._asking(name, exists=True) as (fs, path):
            fs.rm_file(path)

    def disconnect(self) -> None:
        self._connection = None

    def told(self, error: BaseException) -> str:
        return self._place.told(error)

    @contextmanager
    def writing(self, name: str) -> Iterator[BinaryIO]:
        """A file to write to; after the block it stands under ``name``, complete or not at all."""
        with tempfile.NamedTemporaryFile() as copy:
            yield cast("BinaryIO", copy)
            copy.flush()
            with self._asking(name) as (fs, path):
                _upload(fs, copy.name, path, whole=self._place.whole)

    def _connected(self) -> tuple[Any, str]:
        if self._connection is None:
            self._connection = self._place.connect()
        return self._connection

    def _infos(self, below: str, wanted: Wanted) -> Infos:
        found: Infos = {}
        with suppress(FileNotFoundError), self._asking(below) as (fs, path):
            fs.invalidate_cache()
            found = fs.find(path, detail=True) if self._place.whole else _walk(fs, path)
        root = self._connected()[1].lstrip("/")
        named = {path.lstrip("/").removeprefix(root).lstrip("/"): info for path, info in found.items()}
        return {name: info for name, info in named.items() if _is_wanted(name, wanted)}

    @contextmanager
    def _asking(self, name: str, *, exists: bool = False) -> Iterator[tuple[Any, str]]:
        """The file system and the path of ``name`` in it, for one request.

        Args:
            exists: whether the file should be there; an error may mean then that it is not.
        """
        fs, root = self._connected()
        path = f"{root}/{name}" if name else root
        try:
            yield fs, path
        except (FileNotFoundError, ToolkitError):
            raise
        except Exception as error:
            kind = FileNotFoundError if exists and _is_gone(fs, path) else OSError
            # A connection that broke would stay broken.
            self._connection = None
            raise kind(f"{self}/{name}: {self.told(error)}") from self._place.cause(error)


def version(info: dict[str, Any]) -> str:
    """A text that changes whenever a file's content does, from all that its server says of it.

    What the server calls it (ETag, checksum, generation, time of change) differs, so all of it counts that
    reading the file does not change.
    """
    skipped = _NEVER_CHANGES | _CHANGES_BY_READING
    return " ".join(f"{key}={info[key]}" for key in sorted(info) if key not in skipped)


def _is_wanted(name: str, wanted: Wanted) -> bool:
    *folders, own = name.split("/")
    return bool(own) and wanted(own) and all(is_open(folder) for folder in folders)


def _walk(fs: Any, folder: str) -> Infos:
    """All files below a folder. fsspec's own ``walk`` leaves out what it cannot list, without a word."""
    found: Infos = {}
    try:
        entries = fs.ls(folder, detail=True)
    except FileNotFoundError:
        return found
    for entry in entries:
        if entry["type"] == "directory":
            found |= _walk(fs, entry["name"])
        else:
            found[entry["name"]] = entry
    return found


def _upload(fs: Any, source: str, target: str, *, whole: bool) -> None:
    """Copy a local file; it appears under its name complete or not at all."""
    if whole:
        fs.put_file(source, target)
        return
    folder, _, name = target.rpartition("/")
    temporary = f"{folder}/{temporary_name(name)}"
    _make_folder(fs, folder)
    try:
        fs.put_file(source, temporary)
        fs.mv(temporary, target)
    except Exception:
        with suppress(Exception):
            fs.rm_file(temporary)
        raise


def _make_folder(fs: Any, folder: str) -> None:
    """Make a folder and those above it, while other collectors make the same."""
    for depth in range(folder.count("/"), -1, -1):
        fs.invalidate_cache()
        try:
            fs.makedirs(folder, exist_ok=True)
        except Exception:
            # Somebody made one of them just now; each try gets one further at least.
            if depth == 0:
                raise
        else:
            return


def _is_gone(fs: Any, path: str) -> bool:
    try:
        fs.invalidate_cache()
        return not fs.exists(path)
    except Exception:
        return False
