"""Why an attempt failed is recorded in the contract's words, however deep a library hides it."""

import socket
import ssl

import pytest

from toolkit.measure.adapters.base import outcome
from toolkit.measure.events import OUTCOME


def wrapped(error: Exception, *, told: bool) -> Exception:
    """The error as a library passes it on: as cause, or only as context."""
    try:
        try:
            raise error
        except Exception as inner:
            if told:
                raise RuntimeError("connection error") from inner
            raise RuntimeError("connection error")  # noqa: B904 - the context alone is what is tested
    except RuntimeError as outer:
        return outer


class HandshakeError(Exception):
    """As aiohttp's: the HTTP status is an attribute."""

    status = 429


@pytest.mark.parametrize(
    ("error", "name"),
    [
        (ConnectionRefusedError(111, "refused"), "refused"),
        (ConnectionResetError(104, "reset"), "refused"),
        (EOFError("stream ends"), "refused"),
        (TimeoutError(), "timeout"),
        (socket.gaierror(-2, "unknown name"), "dns"),
        (ssl.SSLCertVerificationError("self-signed"), "tls"),
        (HandshakeError(), "http_429"),
        (RuntimeError("something else"), "error"),
    ],
)
def test_each_cause_has_its_word(error: Exception, name: str) -> None:
    assert outcome(error) == name
    assert outcome(wrapped(error, told=True)) == name
    assert outcome(wrapped(error, told=False)) == name
    assert OUTCOME.fullmatch(name)


def test_a_chain_that_bites_its_tail_ends() -> None:
    one, two = RuntimeError("one"), RuntimeError("two")
    one.__cause__, two.__cause__ = two, one
    assert outcome(one) == "error"
