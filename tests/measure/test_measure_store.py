"""A store is the same wherever it lies: files are complete or absent, listed by version, and secrets kept."""

import threading
import uuid
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from ftp_server import PASSWORD, QUOTED, serving

from toolkit.measure.names import temporary_name
from toolkit.measure.store import Store
from toolkit.project.faults import EnvironmentFault, Faults, InputError

ONE = "connections/option=a/date=2026-11-23/one.parquet"
TABLE = pa.table({"number": [1, 2, 3]})


@pytest.fixture(params=["path", "file://", "memory://", "ftp://"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """An empty store of each kind."""
    if request.param == "path":
        yield Store.at(tmp_path / "metrics")
    elif request.param == "file://":
        yield Store.at(f"file://{tmp_path}/metrics")
    elif request.param == "memory://":
        yield Store.at(f"memory://{uuid.uuid4().hex}/metrics")
    else:
        with serving(tmp_path) as server:
            yield Store.at(server.url)


def names(store: Store, below: str = "") -> list[str]:
    return [found.name for found in store.files(below)]


def test_what_was_written_is_listed_and_read(store: Store) -> None:
    assert store.files() == []
    store.write(ONE, TABLE)
    (found,) = store.files()
    assert found.name == ONE
    with store.open(ONE) as file:
        content = file.read()
    assert found.size == len(content)
    assert pq.read_table(pa.BufferReader(content)) == TABLE


def test_a_file_can_be_copied_to_a_local_path(store: Store, tmp_path: Path) -> None:
    store.write(ONE, TABLE)
    store.fetch(ONE, tmp_path / "copy.parquet")
    assert pq.read_table(tmp_path / "copy.parquet") == TABLE


def test_only_files_below_a_folder_are_listed(store: Store) -> None:
    store.write(ONE, TABLE)
    store.write("deliveries/option=a/date=2026-11-23/two.parquet", TABLE)
    assert names(store, "connections") == [ONE]
    assert names(store, "none") == []


def test_hidden_files_and_folders_are_not_listed(store: Store) -> None:
    for name in (".hidden.parquet", "_hidden.parquet", ".folder/x.parquet", "connections/_folder/x.parquet"):
        store.write(name, TABLE)
    assert names(store) == []


def test_the_version_changes_with_the_content_and_not_by_reading(store: Store) -> None:
    store.write(ONE, TABLE)
    (first,) = store.files()
    with store.open(ONE) as file:
        file.read()
    assert store.files() == [first]
    store.write(ONE, pa.table({"number": ["other"]}))
    (second,) = store.files()
    assert second.version != first.version


def test_a_write_that_fails_leaves_what_was_there(store: Store) -> None:
    store.write(ONE, TABLE)
    before = store.files()
    with pytest.raises(ZeroDivisionError), store.writing(ONE) as file:
        file.write(b"half of it")
        raise ZeroDivisionError
    assert store.files() == before
    assert store.sweep(-1) == 0


def test_a_file_appears_only_when_it_is_complete(store: Store) -> None:
    with store.writing(ONE) as file:
        file.write(b"half of it")
        file.flush()
        assert names(store) == []
    assert names(store) == [ONE]


def test_removing_twice_is_no_error(store: Store) -> None:
    store.write(ONE, TABLE)
    store.remove(ONE)
    store.remove(ONE)
    assert store.files() == []


def test_a_file_that_is_gone_is_not_found(store: Store) -> None:
    store.write(ONE, TABLE)
    store.remove(ONE)
    with pytest.raises(FileNotFoundError):
        store.open(ONE)


def test_a_trial_leaves_nothing(store: Store) -> None:
    store.check_writable()
    assert store.files() == []
    assert store.sweep(-1) == 0


def test_half_written_files_are_swept_once_they_are_old(store: Store) -> None:
    half = f"connections/{temporary_name('x.parquet')}"
    store.write(half, TABLE)
    store.write("connections/.of-somebody-else.tmp", TABLE)
    assert store.sweep(60) == 0
    assert store.sweep(-1) == 1
    assert store.sweep(-1) == 0


def test_two_threads_write_to_one_place_through_stores_of_their_own(tmp_path: Path) -> None:
    with serving(tmp_path) as server:

        def write(thread: int) -> None:
            store = Store.at(server.url)
            for number in range(10):
                store.write(f"connections/{thread}/{number}.parquet", TABLE)

        threads = [threading.Thread(target=write, args=(number,)) for number in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(Store.at(server.url).files()) == 40


def test_a_store_connects_again_after_its_server_was_away(tmp_path: Path) -> None:
    with serving(tmp_path) as server:
        store = Store.at(server.url)
        store.write(ONE, TABLE)
        server.stop()
        with pytest.raises((OSError, EnvironmentFault)):
            store.write(ONE, TABLE)
        server.start()
        assert names(store) == [ONE]


def test_a_full_server_is_an_os_error_and_leaves_nothing(tmp_path: Path) -> None:
    with serving(tmp_path) as server:
        store = Store.at(server.url)
        server.refused = ".parquet"
        with pytest.raises(OSError, match="452 Insufficient storage space"):
            store.write(ONE, TABLE)
        server.refused = None
        assert store.files() == []
        assert store.sweep(-1) == 0


def test_a_password_is_shown_nowhere(tmp_path: Path) -> None:
    with serving(tmp_path) as server:
        store = Store.at(server.url)
        wrong = server.url.replace(QUOTED, "wr0ng")
        with pytest.raises(EnvironmentFault) as refused:
            Store.at(wrong)
        server.stop()
        with pytest.raises((OSError, EnvironmentFault)) as away:
            store.write(ONE, TABLE)
        server.start()
    shown = [str(store), repr(store), store.url(ONE), str(away.value), str(refused.value)]
    assert store.url(ONE) == f"ftp://ann@127.0.0.1:{server.port}/metrics/{ONE}"
    for text in shown:
        assert PASSWORD not in text
        assert QUOTED not in text
        assert "wr0ng" not in text


@pytest.mark.parametrize(
    ("url", "kind", "told"),
    [
        ("s3b://bucket/x", InputError, "s3b://bucket/x: the protocol s3b is not known; did you mean s3a?"),
        ("simplecache::s3://x", InputError, "is a chain of URLs; name the place itself"),
        ("gs://b/x", EnvironmentFault, "gs:// needs a package that is missing; run pip install gcsfs"),
        ("sftp://a:pw@h/x", EnvironmentFault, "sftp://a@h/x: sftp:// needs .*; run pip install paramiko"),
        ("smb://h/x", EnvironmentFault, "run pip install smbprotocol"),
        (
            "ftp://a:pw@127.0.0.1:1/x",
            EnvironmentFault,
            "ftp://a@127.0.0.1:1/x: cannot be reached: Connection",
        ),
    ],
)
def test_a_place_that_cannot_be_used_is_told_with_its_mend(url: str, kind: type, told: str) -> None:
    with pytest.raises(kind, match=told):
        Store.at(url)


def test_linked_folders_are_followed(tmp_path: Path) -> None:
    Store.at(tmp_path / "elsewhere").write(ONE, TABLE)
    (tmp_path / "metrics").mkdir()
    (tmp_path / "metrics" / "connections").symlink_to(tmp_path / "elsewhere" / "connections")
    assert names(Store.at(tmp_path / "metrics")) == [ONE]


def test_a_folder_that_cannot_be_listed_is_a_fault(tmp_path: Path) -> None:
    (tmp_path / "connections").write_text("no folder")
    faults = Faults()
    assert Store.at(tmp_path).files("connections", faults) == []
    assert (
        str(faults) == f"{tmp_path}/connections:1: folder: cannot be listed (Not a directory); let it be read"
    )
    with pytest.raises(InputError, match="cannot be listed"):
        Store.at(tmp_path).files("connections")


def test_a_link_to_nothing_is_a_fault(tmp_path: Path) -> None:
    (tmp_path / "x.parquet").symlink_to(tmp_path / "none")
    faults = Faults()
    Store.at(tmp_path).files("", faults)
    assert "cannot be found (No such file or directory); restore what it leads to" in str(faults)


def test_no_listing_misses_both_a_merged_file_and_what_it_was_merged_into(tmp_path: Path) -> None:
    """In a folder so large that the system lists it in many pieces."""
    for number in range(6_000):
        (tmp_path / f"other-{number}").touch()
    held = {digit: tmp_path / f"{digit}-0" for digit in range(7)}
    for path in held.values():
        path.touch()
    stop = threading.Event()

    def merge() -> None:
        while not stop.wait(0.04):
            for digit, old in held.items():
                held[digit] = tmp_path / f"{digit}-{uuid.uuid4().hex}"
                held[digit].touch()
                old.unlink()

    merger = threading.Thread(target=merge)
    merger.start()
    try:
        for _ in range(30):
            found = Store.at(tmp_path).files()
            assert {file.name[0] for file in found} == set("0123456o")
    finally:
        stop.set()
        merger.join()
