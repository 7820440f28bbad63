"""What must never reach a log."""

from typing import Any

import pytest

from control_plane.observability.masking import HIDDEN, Mask


def masked(show_pii: bool = False, **event: Any) -> Any:
    return Mask(show_pii=show_pii)(None, "info", event)


@pytest.mark.parametrize(
    "key", ["telnyx_api_key", "apikey", "password", "auth_token", "Authorization", "stream.secret", "credentials"]
)
def test_a_key_that_names_a_secret_hides_its_value(key: str) -> None:
    assert masked(True, **{key: "value"}) == {key: HIDDEN}


@pytest.mark.parametrize("key", ["output_tokens", "keyterms", "token_count", "tokenizer", "monkey"])
def test_counts_and_harmless_names_stay(key: str) -> None:
    assert masked(**{key: 12}) == {key: 12}


@pytest.mark.parametrize(
    "secret",
    [
        "sk-ant-api03-abcdefghijklmnop",
        "sk_0123456789abcdef0123",
        "KEY0123456789ABCDEF0123_abc",
        "AKIAIOSFODNN7EXAMPLE",
        "Bearer abcdefgh12345678",
        "Token 0123456789abcdef",
        "redis://:passw0rd-x@cache:6379/0",
        "wss://calls.example.com/stream/media/abc.def-123",
    ],
)
def test_a_text_that_looks_like_a_secret_is_hidden_wherever_it_stands(secret: str) -> None:
    kernel = max(secret.replace("@", " ").replace("/", " ").replace(":", " ").split(), key=lambda part: len(part))
    result = masked(True, text=f"sent {secret} on", nested={"deep": [secret]})
    assert HIDDEN in result["text"]
    assert HIDDEN in result["nested"]["deep"][0]
    if "://" not in secret:
        assert kernel not in str(result)
    assert "passw0rd-x" not in str(result)
    assert "abc.def-123" not in str(result)


def test_telephone_numbers_are_hidden_unless_personal_data_is_switched_on() -> None:
    assert masked(text="to +573001234567", url="?to=%2B573001234567") == {
        "text": f"to {HIDDEN}",
        "url": f"?to={HIDDEN}",
    }
    assert masked(True, text="to +573001234567") == {"text": "to +573001234567"}


def test_personal_keys_are_dropped_at_every_depth() -> None:
    assert masked(body={"pii_name": "Ana", "kind": "x", "list": [{"a.pii": 1}]}) == {
        "body": {"kind": "x", "list": [{}]}
    }


def test_odd_values_become_texts_and_bytes_only_their_length() -> None:
    class Odd:
        def __str__(self) -> str:
            return "Bearer abcdefgh12345678"

    assert masked(odd=Odd(), audio=b"123", nothing=None, yes=True) == {
        "odd": f"Bearer {HIDDEN}",
        "audio": "3 bytes",
        "nothing": None,
        "yes": True,
    }
