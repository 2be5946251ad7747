"""TLS: served from PEM files, and a wrong file is told in one line."""

import ssl
import subprocess
from pathlib import Path
from typing import Any

import pytest

from toolkit.chat.server import ChatServer
from toolkit.project.faults import EnvironmentFault, InputError


@pytest.fixture(scope="module")
def pem(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a certificate of this machine, its key, and another key."""
    folder = tmp_path_factory.mktemp("pem")
    for name in ("own", "other"):
        subprocess.run(
            [
                "openssl", "req", "-x509", "-nodes", "-newkey", "ec", "-pkeyopt",
                "ec_paramgen_curve:prime256v1", "-days", "2", "-subj", "/CN=localhost",
                "-addext", "subjectAltName=IP:127.0.0.1",
                "-keyout", folder / f"{name}.key", "-out", folder / f"{name}.crt",
            ],
            check=True,
            capture_output=True,
        )  # fmt: skip
    (folder / "both.pem").write_bytes((folder / "own.crt").read_bytes() + (folder / "own.key").read_bytes())
    (folder / "text.pem").write_text("not a certificate\n")
    return folder


@pytest.mark.parametrize("files", [("own.crt", "own.key"), ("both.pem", None)])
def test_clients_connect_over_tls(
    run: Any, fast: Any, visit: Any, pem: Path, files: tuple[str, str | None]
) -> None:
    certificate, key = files
    trusting = ssl.create_default_context(cafile=pem / "own.crt")

    async def scenario() -> None:
        settings = fast(tls_certificate=pem / certificate, tls_key=pem / key if key else None)
        async with ChatServer(settings) as server:
            uri = f"wss://127.0.0.1:{server.port}/ws"
            ann = await visit(server.port, uri=uri, ssl=trusting)
            await ann.join("tea")
            assert server.publish("tea", "x" * 100_000) == 1
            assert len((await ann.hear("message"))["data"]) == 100_000
            # Without TLS nobody is served, and nothing breaks.
            with pytest.raises(Exception, match="did not receive a valid HTTP response"):
                await visit(server.port)
            await ann.ask("pong", type="ping")

    run(scenario())


@pytest.mark.parametrize(
    ("certificate", "key", "told"),
    [
        ("none.crt", "own.key", "tls_certificate: .*none.crt is missing"),
        ("own.crt", "none.key", "tls_key: .*none.key is missing"),
        ("own.crt", "other.key", "hold no certificate with its key"),
        ("text.pem", None, "hold no certificate with its key"),
        (None, "own.key", "there is no tls_certificate"),
    ],
)
def test_a_wrong_file_is_wrong_input(
    fast: Any, pem: Path, certificate: str | None, key: str | None, told: str
) -> None:
    settings = fast(
        tls_certificate=pem / certificate if certificate else None, tls_key=pem / key if key else None
    )
    with pytest.raises(InputError, match=told) as caught:
        ChatServer(settings)
    assert "\n" not in str(caught.value)


def test_a_file_that_cannot_be_read_is_the_machines_fault(fast: Any, pem: Path) -> None:
    with pytest.raises(EnvironmentFault, match=r"tls_certificate: .* cannot be read"):
        ChatServer(fast(tls_certificate=pem))
