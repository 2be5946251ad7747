"""Connects to a place named by a URL, through fsspec."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote, urlsplit

import fsspec
import pyarrow.fs
from fsspec.implementations.arrow import ArrowFSWrapper
from fsspec.registry import known_implementations

from toolkit.project.faults import EnvironmentFault, InputError, near

OBJECT_STORES = frozenset({"s3", "s3a", "gs", "gcs", "az", "abfs", "abfss", "oss", "oci"})
"""Where an upload appears whole or not at all, and a rename would be a copy: written in one call.

Amazon S3: "updates to a single key are atomic", a read never returns partial data (User Guide, *Amazon S3
data consistency model*). Google Cloud Storage: an object can be read once its upload succeeded
(*Consistency*). Azure: the blocks of a blob become it by one Put Block List. OSS: operations on objects are
atomic. Everywhere else, known or not (ftp, sftp, ssh, smb, hdfs, webdav, memory, …), a file grows while it is
written, so it is written under a hidden name and then moved: right wherever a rename is atomic.
"""

_USUAL = OBJECT_STORES | {"file", "ftp", "sftp", "smb", "hdfs", "webdav", "memory"}

_PACKAGES = {
    "s3fs": "s3fs",
    "gcsfs": "gcsfs",
    "adlfs": "adlfs",
    "ossfs": "ossfs",
    "ocifs": "ocifs",
    "webdav4": "webdav4[fsspec]",
    "fsspec.implementations.sftp": "paramiko",
    "fsspec.implementations.smb": "smbprotocol",
    "fsspec.implementations.webhdfs": "requests",
    "fsspec.implementations.http": "aiohttp",
    "fsspec.implementations.github": "requests",
}
"""What pip calls the package that a module of fsspec needs, where it is not the module itself."""


class _S3(ArrowFSWrapper):  # type: ignore[misc]
    """Arrow's own S3 client. It writes no markers for folders, which S3 does not have."""

    def makedirs(self, path: str, exist_ok: bool = False) -> None:
        return


@dataclass(frozen=True)
class Place:
    """A place named by a URL.

    Args:
        url: as given, without a password.
        protocol: that of the URL.
        login: username and password for fsspec, if the URL has both.
        secrets: what no message may show.
    """

    url: str
    protocol: str
    login: Mapping[str, str] = field(default_factory=dict, repr=False)
    secrets: tuple[str, ...] = field(default=(), repr=False)

    @classmethod
    def of(cls, url: str) -> "Place":
        """The place; raises :class:`InputError` where it is a chain of URLs."""
        if "::" in url:
            raise InputError.of_argument("place", "is a chain of URLs", "name the place itself")
        parts = urlsplit(url)
        credentials, at, host = parts.netloc.rpartition("@")
        user, colon, password = credentials.partition(":")
        if not colon:
            return cls(url.rstrip("/") if parts.path else url, parts.scheme)
        shown = f"{parts.scheme}://{user}{at}{host}{parts.path.rstrip('/')}"
        # fsspec would take a quoted password as it stands.
        login = {"username": unquote(user), "password": unquote(password)}
        return cls(shown, parts.scheme, login, tuple({password, unquote(password)} - {""}))

    @property
    def whole(self) -> bool:
        """Whether an upload appears whole or not at all."""
        return self.protocol in OBJECT_STORES

    def connect(self) -> tuple[Any, str]:
        """A file system of its own, shared with nobody, and the path of the place in it.

        Credentials come from the URL, the environment or fsspec's configuration.

        Raises:
            InputError: the protocol is not known.
            EnvironmentFault: its package is missing, or the place cannot be reached.
        """
        try:
            fs, path = self._file_system()
        except (InputError, EnvironmentFault):
            raise
        except Exception as error:
            message = f"{self.url}: cannot be reached: {self.told(error)}; see that it runs and lets you in"
            raise EnvironmentFault(message) from self.cause(error)
        return fs, path.rstrip("/")

    def _file_system(self) -> tuple[Any, str]:
        try:
            return self._through_fsspec()
        except ValueError as error:
            if self.protocol in fsspec.available_protocols():
                raise
            wrong = f"{self.url}: the protocol {self.protocol} is not known"
            raise InputError.of_argument("place", wrong, near(self.protocol, sorted(_USUAL))) from error
        except ImportError as error:
            if self.protocol in ("s3", "s3a"):
                return _arrow_s3(), urlsplit(self.url).netloc + urlsplit(self.url).path
            raise EnvironmentFault(
                f"{self.url}: {self.protocol}:// needs a package that is missing; "
                f"run pip install {_package(self.protocol)}"
            ) from error

    def _through_fsspec(self) -> tuple[Any, str]:
        url = self.url
        if self.login:
            # The user's name stands among the options now, and may stand there once only.
            parts = urlsplit(url)
            url = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"
        fs, path = fsspec.core.url_to_fs(url, skip_instance_cache=True, **self.login)
        return fs, str(path)

    def told(self, error: BaseException) -> str:
        """What an error says, on one line and without a secret."""
        said = getattr(error, "strerror", None) or str(error) or type(error).__name__
        text = " ".join(str(said).split())
        for secret in self.secrets:
            text = text.replace(secret, "…")
        return text

    def cause(self, error: BaseException) -> BaseException | None:
        """The error, unless a traceback of it would show a secret."""
        return None if any(secret in str(error) for secret in self.secrets) else error


def _package(protocol: str) -> str:
    module = str(known_implementations[protocol]["class"]).rpartition(".")[0]
    return _PACKAGES.get(module, module.partition(".")[0])


def _arrow_s3() -> Any:
    """S3 without s3fs, which cannot be installed beside a python-dateutil as new as Ibis wants.

    Arrow reads key, secret, token and region where every AWS client does, but not the endpoint. Opening late
    lets it send a small file in one request.
    """
    endpoint = os.environ.get("AWS_ENDPOINT_URL_S3") or os.environ.get("AWS_ENDPOINT_URL")
    region = os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION")
    options = {"endpoint_override": endpoint, "region": region}
    given = {name: value for name, value in options.items() if value}
    return _S3(pyarrow.fs.S3FileSystem(allow_delayed_open=True, **given))


def is_url(where: str) -> bool:
    """Whether ``where`` names a place by a URL and not by a path."""
    return re.match(r"[A-Za-z][A-Za-z0-9+.-]*:(//|:)", where) is not None
