"""Signed tokens that say who connects."""

import os
from collections.abc import Mapping

import jwt

from toolkit.chat.protocol import MAX_USER_CHARACTERS
from toolkit.project.faults import EnvironmentFault

VARIABLE = "TOOLKIT_CHAT_SECRET"
MIN_SECRET_BYTES = 32
"""RFC 7518, section 3.2: a key for HS256 is at least as long as the hash."""


class Tokens:
    """Checks JSON Web Tokens signed with HMAC-SHA-256, RFC 7519.

    Args:
        secret: what they are signed with.
    """

    def __init__(self, secret: bytes) -> None:
        self._secret = secret

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> "Tokens":
        """Checks with the secret of ``TOOLKIT_CHAT_SECRET``.

        Raises:
            EnvironmentFault: there is none, or it is too short.
        """
        secret = environment.get(VARIABLE, "").encode(errors="surrogateescape")
        if len(secret) < MIN_SECRET_BYTES:
            raise EnvironmentFault(
                f"require_token: the environment variable {VARIABLE} must hold a secret of at least "
                f"{MIN_SECRET_BYTES} bytes; it is {'too short' if secret else 'not set'}"
            )
        return cls(secret)

    def user(self, token: str) -> str | None:
        """The user that a token speaks for, its ``sub``. None: it is not valid, for whatever reason."""
        try:
            # The algorithm is ours to choose: a token that chooses could choose none.
            claims = jwt.decode(
                token, self._secret, algorithms=["HS256"], options={"require": ["exp", "sub"]}
            )
        except (jwt.InvalidTokenError, ValueError, TypeError, OverflowError, RecursionError):
            return None
        user = claims["sub"]
        if not isinstance(user, str) or not 0 < len(user) <= MAX_USER_CHARACTERS:
            return None
        return user if user.isprintable() else None
