"""What an OpenAI-compatible server is asked, and what its refusals mean."""

from typing import Any

import orjson
import pytest

from control_plane.adapters.brains.openai_request import failed, length_field, refused, to_request
from control_plane.core.dialogue import Message
from control_plane.ports.brain import Question, ToolSpec
from control_plane.ports.errors import Misconfigured, ProviderError, RateLimited, Rejected, Timeout, Unavailable

QUESTION = Question(system="", messages=(Message(role="caller", text="Hola."),))


def body(code: object = None, kind: object = None) -> bytes:
    return orjson.dumps({"error": {"message": "secret words", "type": kind, "param": None, "code": code}})


@pytest.mark.parametrize(
    ("base_url", "field"),
    [
        ("https://api.openai.com/v1", "max_completion_tokens"),
        ("https://eu.api.openai.com/v1", "max_completion_tokens"),
        ("http://localhost:11434/v1", "max_tokens"),
        ("https://notopenai.com/v1", "max_tokens"),
    ],
)
def test_the_length_is_bounded_in_the_field_that_the_server_knows(base_url: str, field: str) -> None:
    assert length_field(base_url) == field


def test_what_is_not_there_is_not_sent_and_extra_fields_are() -> None:
    sent = to_request(QUESTION, default_model="m", length="max_tokens", extra={"reasoning_effort": "none"})
    assert set(sent) == {"model", "max_tokens", "messages", "stream", "stream_options", "reasoning_effort"}


def test_tools_are_functions() -> None:
    spec = ToolSpec(name="book", description="Books.", parameters={"type": "object"})
    question = Question(system="", messages=(), tools=(spec,), model="other", max_tokens=5)
    sent = to_request(question, default_model="m", length="max_tokens")
    function = {"name": "book", "description": "Books.", "parameters": {"type": "object"}}
    assert sent["tools"] == [{"type": "function", "function": function}]
    assert (sent["model"], sent["max_tokens"]) == ("other", 5)


@pytest.mark.parametrize(
    ("status", "answer", "kind", "code"),
    [
        (400, body(kind="invalid_request_error"), Rejected, "invalid_request_error"),
        (400, body("context_length_exceeded", "invalid_request_error"), Rejected, "context_length_exceeded"),
        (401, body("invalid_api_key", "invalid_request_error"), Misconfigured, "invalid_api_key"),
        (401, b"", Misconfigured, ""),
        (403, b"{}", Misconfigured, ""),
        (404, body("model_not_found", "invalid_request_error"), Misconfigured, "model_not_found"),
        (404, b"404 page not found", Misconfigured, ""),
        (408, b"", Timeout, ""),
        (429, body("rate_limit_exceeded", "tokens"), RateLimited, "rate_limit_exceeded"),
        (429, body("insufficient_quota", "insufficient_quota"), Misconfigured, "insufficient_quota"),
        (429, b"[]", RateLimited, ""),
        (500, body(kind="server_error"), Unavailable, "server_error"),
        (503, b"", Unavailable, ""),
        (504, b"", Timeout, ""),
        (422, b'{"object":"error","message":"x","type":"BadRequestError","code":422}', Rejected, "BadRequestError"),
        (400, b'{"error":"a text"}', Rejected, ""),
    ],
)
def test_a_refusal_is_translated(status: int, answer: bytes, kind: type[ProviderError], code: str) -> None:
    error = refused(status, answer)
    assert (type(error), error.code) == (kind, code)
    assert "secret" not in str(error)


def test_a_rate_limit_tells_how_long_to_wait() -> None:
    error = refused(429, b"", retry_after="2.5")
    assert isinstance(error, RateLimited)
    assert error.retry_after == 2.5


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        ({"type": "server_error"}, Unavailable),
        ({"code": "rate_limit_exceeded"}, RateLimited),
        ({"code": 500, "message": "secret words"}, Unavailable),
        ({"code": "context_length_exceeded", "type": "invalid_request_error"}, Rejected),
        ("a text", Unavailable),
    ],
)
def test_an_error_in_mid_stream_is_told_by_its_name(error: Any, kind: type[ProviderError]) -> None:
    assert type(failed(error)) is kind
    assert "secret" not in str(failed(error))
