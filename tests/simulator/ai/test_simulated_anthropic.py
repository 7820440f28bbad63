"""The simulated Messages API, through the real SDK."""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any

import anthropic
import httpx
import httpx2
import pytest

from simulator.faults import Fault
from simulator.world import World

END_CALL = {"name": "end_call", "description": "Hang up.", "input_schema": {"type": "object", "properties": {}}}
TRANSFER = {
    "name": "transfer_call",
    "description": "Transfer.",
    "input_schema": {
        "type": "object",
        "properties": {"reason": {"type": "string"}, "department": {"type": "string", "enum": ["front", "vets"]}},
        "required": ["reason", "department"],
    },
}
BOOK = {"name": "book", "description": "Book.", "input_schema": {"type": "object"}}
USE = {"type": "tool_use", "id": "toolu_1", "name": "book", "input": {}}
RESULT = {"type": "tool_result", "tool_use_id": "toolu_1", "content": "ok"}


@pytest.fixture
async def client(providers: str, world: World) -> AsyncIterator[anthropic.AsyncAnthropic]:
    key = world.settings.keys.anthropic_api_key
    async with anthropic.AsyncAnthropic(
        api_key=key, base_url=f"http://{providers}/anthropic", max_retries=0, timeout=5
    ) as client:
        yield client


def asked(text: str, **more: Any) -> dict[str, Any]:
    messages = [{"role": "user", "content": text}]
    return {"model": "claude-haiku-5-5", "max_tokens": 300, "messages": messages, **more}


async def said(client: anthropic.AsyncAnthropic, **request: Any) -> Any:
    async with client.messages.stream(**request) as stream:
        return await stream.get_final_message()


async def test_a_reply_arrives_in_pieces_of_words(client: anthropic.AsyncAnthropic) -> None:
    pieces = []
    async with client.messages.stream(**asked("Hola, caso Q17.")) as stream:
        async for text in stream.text_stream:
            pieces.append(text)
        final = await stream.get_final_message()
    assert "".join(pieces) == "Entendido, caso Q17. Abrimos de lunes a sábado, de ocho a seis."
    assert len(pieces) > 10
    assert final.stop_reason == "end_turn"
    assert final.usage.output_tokens == len(pieces)


async def test_a_goodbye_ends_the_call_if_the_tool_is_offered(client: anthropic.AsyncAnthropic) -> None:
    final = await said(client, **asked("No, nada más, adiós.", tools=[END_CALL]))
    assert final.stop_reason == "tool_use"
    assert [block.type for block in final.content] == ["text", "tool_use"]
    assert final.content[1].name == "end_call"
    without = await said(client, **asked("No, nada más, adiós."))
    assert without.stop_reason == "end_turn"


async def test_arguments_fit_the_schema_of_the_tool(client: anthropic.AsyncAnthropic) -> None:
    final = await said(client, **asked("Quiero hablar con una persona", tools=[TRANSFER, END_CALL]))
    tool = final.content[1]
    assert tool.name == "transfer_call"
    assert tool.input["reason"]
    assert tool.input["department"] in ("front", "vets")


async def test_after_a_tool_result_the_reply_is_short_or_empty(client: anthropic.AsyncAnthropic) -> None:
    history = [
        {"role": "user", "content": "A las cuatro"},
        {"role": "assistant", "content": [USE]},
        {"role": "user", "content": [RESULT]},
    ]
    final = await said(client, model="claude-haiku-5-5", max_tokens=50, messages=history, tools=[BOOK])
    assert final.content[0].text == "Listo, ya quedó."


async def test_the_language_follows_the_user(client: anthropic.AsyncAnthropic) -> None:
    final = await said(client, **asked("Hi, what are your opening hours please?", system="Eres María, de la clínica."))
    assert "Monday to Saturday" in final.content[0].text


async def test_a_whole_answer_without_streaming(client: anthropic.AsyncAnthropic) -> None:
    final = await client.messages.create(**asked("¿Cuánto cuesta la consulta?", tools=[END_CALL]))
    assert "cuatrocientos pesos" in final.content[0].text
    assert final.usage.output_tokens > 5


async def test_max_tokens_zero_only_warms_the_cache(client: anthropic.AsyncAnthropic, world: World) -> None:
    system = [{"type": "text", "text": "Eres María. " * 400, "cache_control": {"type": "ephemeral"}}]
    warm = await client.messages.create(**{**asked("hola"), "max_tokens": 0, "system": system})
    assert warm.content == []
    assert warm.usage.cache_creation_input_tokens > 512
    final = await said(client, **asked("¿Qué horario tienen?", system=system))
    assert final.usage.cache_read_input_tokens == warm.usage.cache_creation_input_tokens
    assert final.usage.input_tokens < 50
    assert len(world.stages._records.questions) == 1


async def test_a_short_prefix_is_not_cached(client: anthropic.AsyncAnthropic) -> None:
    system = [{"type": "text", "text": "Eres María.", "cache_control": {"type": "ephemeral"}}]
    for _ in range(2):
        final = await said(client, **asked("hola", system=system))
        assert (final.usage.cache_read_input_tokens, final.usage.cache_creation_input_tokens) == (0, 0)


async def test_max_tokens_and_stop_sequences_end_the_text(client: anthropic.AsyncAnthropic) -> None:
    short = await said(client, **{**asked("hola, caso 3"), "max_tokens": 3})
    assert short.stop_reason == "max_tokens"
    stopped = await said(client, **asked("hola, caso 3", stop_sequences=["Abrimos"]))
    assert (stopped.stop_reason, stopped.stop_sequence) == ("stop_sequence", "Abrimos")
    assert "Abrimos" not in stopped.content[0].text


@pytest.mark.parametrize(
    ("kind", "error"),
    [
        ("http_400", anthropic.BadRequestError),
        ("http_401", anthropic.AuthenticationError),
        ("http_429", anthropic.RateLimitError),
        ("http_500", anthropic.InternalServerError),
        ("http_529", anthropic.APIStatusError),
    ],
)
async def test_refusals_are_told_apart(
    client: anthropic.AsyncAnthropic, world: World, kind: str, error: type[anthropic.APIStatusError]
) -> None:
    world.faults.add(Fault(target="anthropic.request", kind=kind, params={"retry_after": 7}))
    with pytest.raises(error) as caught:
        await said(client, **asked("hola"))
    assert caught.value.status_code == int(kind[5:])
    assert str(caught.value.request_id).startswith("req_")
    assert caught.value.response.headers.get("retry-after") == ("7" if kind == "http_429" else None)
    assert (await said(client, **asked("hola"))).stop_reason == "end_turn"


async def test_an_error_in_mid_stream_has_status_200(client: anthropic.AsyncAnthropic, world: World) -> None:
    world.faults.add(Fault(target="anthropic.stream", kind="error_event"))
    with pytest.raises(anthropic.APIStatusError) as caught:
        await said(client, **asked("hola"))
    assert caught.value.status_code == 200
    assert caught.value.type == "overloaded_error"


async def test_a_cut_stream_is_a_protocol_error(client: anthropic.AsyncAnthropic, world: World) -> None:
    world.faults.add(Fault(target="anthropic.stream", kind="cut", params={"after_tokens": 5}))
    heard = []

    async def listen() -> None:
        async with client.messages.stream(**asked("hola")) as stream:
            async for text in stream.text_stream:
                heard.append(text)

    with pytest.raises(httpx2.RemoteProtocolError):
        await listen()
    assert len(heard) == 5
    assert world.stages.cancellations == []


async def test_a_stall_ends_in_the_clients_timeout_and_is_seen(
    client: anthropic.AsyncAnthropic, world: World, until: Callable[..., Any]
) -> None:
    world.faults.add(Fault(target="anthropic.stream", kind="stall"))
    with pytest.raises((httpx2.ReadTimeout, anthropic.APITimeoutError)):
        await said(client.with_options(timeout=0.2), **asked("hola"))
    await until(lambda: len(world.stages.cancellations) == 1)


async def test_a_cancelled_reply_is_seen_at_once(
    client: anthropic.AsyncAnthropic, world: World, slow: Callable[..., None], until: Callable[..., Any]
) -> None:
    slow(llm_token_ms=15)
    got = asyncio.Event()

    async def listen() -> None:
        async with client.messages.stream(**asked("Mi perro se llama Toby y tiene tos")) as stream:
            async for _ in stream.text_stream:
                got.set()

    task = asyncio.create_task(listen())
    await got.wait()
    task.cancel()
    cancelled_at = world.now()
    await until(lambda: len(world.stages.cancellations) == 1)
    seen = world.stages.cancellations[0]
    assert seen.question == "miperrosellamatobyytienetos"
    assert 0 <= seen.at - cancelled_at < 0.1
    assert 0 < seen.characters_sent < 100


async def test_leaving_before_the_first_token_is_seen(
    client: anthropic.AsyncAnthropic, world: World, slow: Callable[..., None], until: Callable[..., Any]
) -> None:
    slow(llm_first_token_ms=5000)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.1):
            await said(client, **asked("hola"))
    await until(lambda: len(world.stages.cancellations) == 1)
    assert world.stages.cancellations[0].characters_sent == 0


async def test_a_refusal_stops_the_reply(client: anthropic.AsyncAnthropic, world: World) -> None:
    world.faults.add(Fault(target="anthropic.stream", kind="refusal", params={"after_tokens": 2}))
    final = await said(client, **asked("hola"))
    assert final.stop_reason == "refusal"
    assert len(final.content[0].text) < 12


async def test_max_tokens_may_hit_inside_the_arguments_of_a_tool(providers: str, world: World) -> None:
    world.faults.add(Fault(target="anthropic.stream", kind="max_tokens"))
    body = asked("quiero hablar con una persona", tools=[TRANSFER], stream=True)
    text = (await post(providers, world, body)).text
    assert '"stop_reason":"max_tokens"' in text
    assert text.count("input_json_delta") >= 2
    assert text.count('"type":"content_block_start"') == text.count('"type":"content_block_stop"') == 2


async def post(providers: str, world: World, body: Any, **headers: str) -> httpx.Response:
    usual = {"x-api-key": world.settings.keys.anthropic_api_key, "anthropic-version": "2026-10-21"}
    async with httpx.AsyncClient() as client:
        return await client.post(
            f"http://{providers}/anthropic/v1/messages", json=body, headers={**usual, **headers}, timeout=5
        )


async def test_both_keys_and_both_versions_are_accepted(providers: str, world: World) -> None:
    key = world.settings.keys.anthropic_api_key
    assert (await post(providers, world, asked("hola"))).status_code == 200
    old = {"anthropic-version": "2023-06-01", "x-api-key": "", "authorization": f"Bearer {key}"}
    assert (await post(providers, world, asked("hola", temperature=0.2), **old)).status_code == 200
    assert (await post(providers, world, asked("hola"), **{"x-api-key": "wrong"})).status_code == 401
    assert (await post(providers, world, asked("hola"), **{"anthropic-version": "2020-01-01"})).status_code == 400


USER = {"role": "user", "content": "hola"}


@pytest.mark.parametrize(
    ("messages", "reason"),
    [
        ([USER, {"role": "assistant", "content": [USE]}, USER], "tool_result"),
        ([USER, {"role": "user", "content": [RESULT]}], "tool_result"),
        ([USER, {"role": "assistant", "content": "sí"}, {"role": "user", "content": [RESULT]}], "unexpected"),
        (
            [
                USER,
                {"role": "assistant", "content": [USE]},
                {"role": "user", "content": [{"type": "text", "text": "y"}, RESULT]},
            ],
            "before any text",
        ),
        ([USER, {"role": "assistant", "content": [USE]}, {"role": "user", "content": [RESULT, RESULT]}], "exactly one"),
        ([{"role": "user", "content": ""}], "non-empty"),
        ([{"role": "user", "content": "  "}], "non-whitespace"),
        ([USER, {"role": "assistant", "content": "Claro, "}], "trailing whitespace"),
        ([USER, {"role": "assistant", "content": "Claro,"}], "prefill"),
        ([{"role": "assistant", "content": "Hola"}, USER], "first message"),
        ([], "at least one"),
    ],
)
async def test_histories_that_break_the_rules_are_refused(
    providers: str, world: World, messages: list[Any], reason: str
) -> None:
    answer = await post(providers, world, {**asked("x"), "messages": messages})
    assert answer.status_code == 400
    assert answer.json()["error"]["type"] == "invalid_request_error"
    assert reason in answer.json()["error"]["message"]
    assert answer.headers["request-id"] == answer.json()["request_id"]


async def test_sampling_parameters_are_refused_by_the_new_version(providers: str, world: World) -> None:
    answer = await post(providers, world, asked("hola", temperature=0.5))
    assert answer.status_code == 400
    assert "temperature" in answer.json()["error"]["message"]


async def test_neighbours_of_one_role_are_one_turn(providers: str, world: World) -> None:
    messages = [USER, {"role": "user", "content": "¿qué horario tienen?"}]
    answer = await post(providers, world, {**asked("x"), "messages": messages})
    assert "ocho de la mañana" in answer.json()["content"][0]["text"]
