"""What a variable of the environment holds that is named like a secret is hidden, and nothing else is."""

import json

import pytest

from toolkit.report.secrets import HIDDEN, SHORTEST, without_secrets

VALUE = 'p4ss "w\\rd\tü'


@pytest.mark.parametrize(
    "name",
    ["API_TOKEN", "PUSHER_KEY", "DB_PASSWORD", "aws_secret_access_key", "SENTRY_DSN", "SESSION_COOKIE"],
)
def test_a_value_that_is_named_like_a_secret_is_hidden_however_it_is_written(name: str) -> None:
    for text in (VALUE, json.dumps({"a": VALUE}), json.dumps({"a": VALUE}, ensure_ascii=False)):
        found = without_secrets(f"before {text} after", {name: VALUE})
        assert HIDDEN in found and "p4ss" not in found
        assert found.startswith("before ") and found.endswith(" after")


def test_a_url_with_a_password_is_a_secret_whatever_its_name() -> None:
    url = "postgres://ada:pw@db.example/x"
    assert without_secrets(f"at {url}", {"DATABASE": url}) == f"at {HIDDEN}"


def test_each_line_of_a_value_is_hidden() -> None:
    key = "-----BEGIN KEY-----\nMIIEvQIBADANBg\n-----END KEY-----"
    found = without_secrets("MIIEvQIBADANBg", {"TLS_KEY": key})
    assert found == HIDDEN


def test_the_longer_of_two_secrets_goes_first() -> None:
    found = without_secrets("abcdefgh-ijklmnop", {"A_KEY": "abcdefgh", "B_KEY": "abcdefgh-ijklmnop"})
    assert found == HIDDEN


@pytest.mark.parametrize(
    ("name", "value"), [("HOME", "/home/somebody"), ("API_TOKEN", "x" * (SHORTEST - 1)), ("API_TOKEN", "")]
)
def test_words_that_mean_something_else_stay(name: str, value: str) -> None:
    text = f"the folder {value} holds options"
    assert without_secrets(text, {name: value}) == text
