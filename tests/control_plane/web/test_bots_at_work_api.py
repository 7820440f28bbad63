"""How a bot does over HTTP: figures, calls, and a chat with its draft."""

import asyncio
import json
from typing import Any

import pytest

from control_plane.core.call import events as e
from control_plane.ports.brain import ToolCalled
from control_plane.ports.errors import Unavailable
from control_plane.services.bots import chat as chat_service
from control_plane.testing.brains import calls, says
from tests.control_plane.web.test_bots_api import ask, made
from tests.gateways import Served
from tests.virtual_time import eventually

HELLO = {"messages": [{"role": "caller", "text": "Hola"}]}


async def events(it: Served, bot_id: str, body: Any) -> list[tuple[str, Any]]:
    answer = await it.post(f"/api/bots/{bot_id}/chat", json=body)
    assert answer.status_code == 200, await answer.get_data(as_text=True)
    assert answer.content_type == "text/event-stream"
    found = []
    for block in (await answer.get_data(as_text=True)).strip().split("\n\n"):
        name, data = block.split("\n")
        found.append((name.removeprefix("event: "), json.loads(data.removeprefix("data: "))))
    return found


async def test_a_chat_is_the_models_reply_to_the_draft(it: Served) -> None:
    bot_id = await made(it, persona="Eres Lucía, en borrador.")
    it.brain.add(says("Hola, ", "buenos días. ", "¿En qué le ayudo?"))
    found = await events(it, bot_id, HELLO)
    names = [name for name, _ in found]
    assert names.count("token") == 3
    assert "".join(data["text"] for name, data in found if name == "token") == "Hola, buenos días. ¿En qué le ayudo?"
    assert " ".join(data["text"] for name, data in found if name == "clause") == "Hola, buenos días. ¿En qué le ayudo?"
    name, end = found[-1]
    assert (name, end["reason"], end["first_token_ms"] >= 0) == ("end", "end", True)
    [question] = it.brain.questions
    assert question.system == "Eres Lucía, en borrador."
    assert [message.text for message in question.messages] == ["Hola"]


async def test_tools_are_told_and_nothing_comes_of_them(it: Served) -> None:
    it.brain.add(calls(ToolCalled(id="1", name="end_call"), text="Adiós."))
    found = await events(it, "maria", {**HELLO, "draft": False})
    assert [name for name, _ in found] == ["token", "clause", "tool", "end"]
    assert found[2][1] == {"name": "end_call", "arguments": {}, "result": "The call ends."}
    it.brain.add(calls(ToolCalled(id="1", name="fly")))
    it.brain.add(says("No puedo volar."))
    found = await events(it, "maria", HELLO)
    assert [name for name, _ in found] == ["tool", "token", "clause", "end"]


async def test_a_model_that_fails_is_a_problem_or_the_last_event(it: Served) -> None:
    down = Unavailable("brain", "down")
    it.brain.add([down])
    answer = await it.post("/api/bots/maria/chat", json=HELLO)
    assert (answer.status_code, (await answer.get_json())["code"]) == (503, "brain_unavailable")
    it.brain.add([*says("Hola. ")[:1], down])
    it.brain.add([down])  # who breaks off in mid-reply is asked once more when there is no other
    found = await events(it, "maria", HELLO)
    assert found[-1][0] == "error"


async def test_a_model_that_says_nothing_is_given_up(it: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chat_service, "PATIENCE_S", 0.05)
    it.brain.add([asyncio.Event()])
    answer = await it.post("/api/bots/maria/chat", json=HELLO)
    assert answer.status_code == 503
    await eventually(lambda: it.brain.cancelled)


async def test_only_so_many_try_bots_out_at_once(it: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chat_service, "MAX_OPEN", 0)
    answer = await it.post("/api/bots/maria/chat", json=HELLO)
    assert (answer.status_code, (await answer.get_json())["code"]) == (503, "too_many_chats")


async def test_a_chat_needs_a_caller_who_spoke_last_and_a_bot_that_is_there(it: Served) -> None:
    spoke_last = {"messages": [{"role": "agent", "text": "Hola"}]}
    await ask(it, "POST", "/api/bots/maria/chat", json=spoke_last, status=422)
    await ask(it, "POST", "/api/bots/maria/chat", json={"messages": HELLO["messages"] * 21}, status=422)
    await ask(it, "POST", "/api/bots/nobody/chat", json=HELLO, status=404)
    bot_id = await made(it)
    body = await ask(it, "POST", f"/api/bots/{bot_id}/chat", json={**HELLO, "draft": False}, status=409)
    assert body["code"] == "not_published"


async def test_calls_and_figures_of_a_bot_are_its_own(it: Served) -> None:
    other = await made(it)
    call_id = await it.call()
    live = it.gateway.desk.roster.find(call_id)
    assert live is not None
    live.post(e.LegAnswered())
    await eventually(lambda: live.session.record.answered_at is not None, within_s=5)
    assert [call["id"] for call in (await ask(it, "GET", "/api/bots/maria/sessions"))["items"]] == [call_id]
    assert (await ask(it, "GET", f"/api/bots/{other}/sessions"))["items"] == []
    await ask(it, "GET", "/api/bots/maria/sessions?cursor=x", status=422)
    body = await ask(it, "GET", "/api/bots/maria/stats?days=3")
    assert (body["calls"], body["outbound"], body["live"], len(body["by_day"])) == (1, 1, 1, 3)
    assert [day["calls"] for day in body["by_day"]] == [0, 0, 1]
    body = await ask(it, "GET", f"/api/bots/{other}/stats")
    assert (body["calls"], body["live"], body["answer_rate"], len(body["by_day"])) == (0, 0, None, 30)
    await ask(it, "GET", "/api/bots/nobody/stats", status=404)
