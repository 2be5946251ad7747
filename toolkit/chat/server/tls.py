"""TLS of the server, from PEM files."""

import ssl
from pathlib import Path

from toolkit.chat.settings import Settings
from toolkit.project.faults import EnvironmentFault, InputError


def server_context(settings: Settings) -> ssl.SSLContext | None:
    """What TLS connections are served with. None: there is no TLS.

    Raises:
        InputError: a file is missing or holds no matching certificate and key.
        EnvironmentFault: a file cannot be read.
    """
    if settings.tls_certificate is None:
        if settings.tls_key is not None:
            raise InputError("tls_key: there is no tls_certificate; name both or neither")
        return None
    for field, path in (("tls_certificate", settings.tls_certificate), ("tls_key", settings.tls_key)):
        if path is not None:
            _check_readable(field, path)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    try:
        # A key with a password would ask for it on the terminal; an empty one makes it fail instead.
        context.load_cert_chain(settings.tls_certificate, settings.tls_key, password="")
    except (ssl.SSLError, ValueError):
        names = " and ".join(
            str(path) for path in (settings.tls_certificate, settings.tls_key) if path is not None
        )
        raise InputError(
            f"tls_certificate: {names} hold no certificate with its key; use PEM files without a password"
        ) from None
    return context


def _check_readable(field: str, path: Path) -> None:
    try:
        with path.open("rb"):
            return
    except FileNotFoundError:
        raise InputError(f"{field}: {path} is missing; name a PEM file") from None
    except OSError as error:
        raise EnvironmentFault(f"{field}: {path} cannot be read: {error.strerror or error}") from error
