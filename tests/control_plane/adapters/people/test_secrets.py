"""Secrets that are handed out once."""

import re

import pytest

from control_plane.adapters.people.secrets import HashedSecrets

SECRETS = HashedSecrets(b"a secret of this installation")


def test_a_token_is_known_by_its_hash_and_no_other_is() -> None:
    token, hashed = SECRETS.new_token()
    assert SECRETS.hash_of(token) == hashed
    assert SECRETS.matches(token, hashed)
    assert not SECRETS.matches(token + "a", hashed)
    assert not SECRETS.matches(token, hashed[:-1])
    assert not SECRETS.matches(token, "")
    assert token not in hashed


def test_tokens_are_long_and_none_comes_twice() -> None:
    tokens = {SECRETS.new_token().token for _ in range(1000)}
    assert len(tokens) == 1000
    assert all(re.fullmatch(r"[0-9A-Za-z_-]{32}", token) for token in tokens)


def test_hashes_are_the_same_after_a_restart_and_differ_between_installations() -> None:
    token, hashed = SECRETS.new_token()
    assert HashedSecrets(b"a secret of this installation").hash_of(token) == hashed
    assert HashedSecrets(b"another").hash_of(token) != hashed
    assert re.fullmatch(r"[0-9a-f]{64}", hashed)


def test_an_api_key_tells_its_prefix() -> None:
    for _ in range(200):
        key, prefix, hashed = SECRETS.new_api_key()
        assert re.fullmatch(r"cg_[0-9A-Za-z]{8}_[0-9A-Za-z_-]{32}", key)
        assert SECRETS.prefix_of(key) == prefix == key[:11]
        assert SECRETS.matches(key, hashed)


@pytest.mark.parametrize(
    "text",
    ["", "cg_", "cg_12345678", "cg_12345678_", "x" * 44, "cg_1234567é_" + "a" * 32, "cg_12345678_" + "a" * 32 + "\n"],
)
def test_what_is_no_api_key_has_no_prefix(text: str) -> None:
    assert SECRETS.prefix_of(text) == ""


def test_whatever_somebody_sends_has_a_hash() -> None:
    assert len(SECRETS.hash_of("\ud800 é \x00")) == 64
    assert not SECRETS.matches("a", "é")
