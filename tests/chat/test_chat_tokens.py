"""Tokens: only a signed one that has not run out speaks for a user, and the secret is told to nobody."""

import base64
import json
import time
from typing import Any

import jwt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from toolkit.chat.server.tokens import VARIABLE, Tokens
from toolkit.project.faults import EnvironmentFault

SECRET = "correct horse battery staple, and then some"
TOKENS = Tokens(SECRET.encode())


def signed(secret: str = SECRET, algorithm: str = "HS256", **claims: Any) -> str:
    return jwt.encode({"sub": "ann", "exp": time.time() + 60, **claims}, secret, algorithm=algorithm)


def test_a_signed_token_speaks_for_its_subject() -> None:
    assert TOKENS.user(signed()) == "ann"


@pytest.mark.parametrize(
    "claims",
    [
        {"exp": 1},
        {"exp": "soon"},
        {"nbf": 1e11},
        {"sub": ""},
        {"sub": "x" * 201},
        {"sub": "two\nlines"},
        {"sub": 7},
        {"sub": None},
    ],
)
def test_a_token_with_wrong_claims_is_none(claims: dict[str, Any]) -> None:
    payload = {"sub": "ann", "exp": time.time() + 60, **claims}
    head, body = ({"alg": "HS256", "typ": "JWT"}, payload)
    assert TOKENS.user(by_hand(head, body)) is None


def by_hand(head: dict[str, Any], body: dict[str, Any], secret: str = SECRET) -> str:
    """A token that is signed rightly, whatever it claims."""
    parts = [base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=") for part in (head, body)]
    signature = jwt.algorithms.HMACAlgorithm(jwt.algorithms.HMACAlgorithm.SHA256).sign(
        b".".join(parts), secret.encode()
    )
    return b".".join([*parts, base64.urlsafe_b64encode(signature).rstrip(b"=")]).decode()


def test_claims_that_are_missing_are_missed() -> None:
    assert TOKENS.user(by_hand({"alg": "HS256"}, {"sub": "ann"})) is None
    assert TOKENS.user(by_hand({"alg": "HS256"}, {"exp": time.time() + 60})) is None
    assert TOKENS.user(by_hand({"alg": "HS256"}, {"sub": "ann", "exp": time.time() + 60})) == "ann"


def test_another_secret_or_algorithm_is_no_signature() -> None:
    assert TOKENS.user(signed(secret="another secret that is long enough!")) is None
    unsigned = jwt.encode({"sub": "ann", "exp": time.time() + 60}, None, algorithm="none")
    assert TOKENS.user(unsigned) is None
    long = "x" * 64
    assert Tokens(long.encode()).user(signed(secret=long, algorithm="HS512")) is None


@given(st.text(max_size=80) | st.binary(max_size=60).map(lambda raw: base64.urlsafe_b64encode(raw).decode()))
def test_whatever_is_no_token_speaks_for_nobody(token: str) -> None:
    assert TOKENS.user(token) is None
    assert TOKENS.user(f"{token}.{token}.{token}") is None


@pytest.mark.parametrize("secret", ["", "hunter2", "x" * 31])
def test_a_secret_that_is_missing_or_short_is_told_but_not_shown(secret: str) -> None:
    with pytest.raises(EnvironmentFault, match=r"TOOLKIT_CHAT_SECRET .* at least 32 bytes") as caught:
        Tokens.from_environment({VARIABLE: secret} if secret else {})
    assert not secret or secret not in str(caught.value)


def test_a_secret_of_32_bytes_is_enough() -> None:
    tokens = Tokens.from_environment({VARIABLE: "x" * 32})
    assert tokens.user(signed(secret="x" * 32)) == "ann"
