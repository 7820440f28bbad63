"""The conversation of a call under the names that existing clients use."""

import pytest

from control_plane.core.call.events import LegHungUp
from tests.gateways import Served
from tests.records import turn_record


async def talked(it: Served) -> str:
    """A call in which something was said."""
    call_id = await it.call(variables={"mascota": "Luna"})
    said = [("agent", "Buenos días.", "Buenos días."), ("caller", "Hola.", "Hola."), ("agent", "Uno dos.", "Uno")]
    for index, (speaker, text, heard) in enumerate([*said, ("agent", "Nunca.", "")]):
        await it.gateway.calls.save_turn(turn_record(call_id, index, speaker=speaker, text=text, heard=heard))
    return call_id


async def test_calls_are_counted_by_state(it: Served) -> None:
    ended = await it.call()
    await it.call()
    live = it.gateway.desk.roster.find(ended)
    assert live is not None
    live.post(LegHungUp(cause="busy"))
    await live.session.until(lambda call: call.ended_at is not None, timeout_s=5)
    body = await (await it.get("/api/sessions/stats")).get_json()
    assert body == {"live": 1, "total": 2, "by_state": {"ended": 1, "ringing": 1}}


async def test_without_calls_the_counts_are_zero(it: Served) -> None:
    assert await (await it.get("/api/sessions/stats")).get_json() == {"live": 0, "total": 0, "by_state": {}}


@pytest.mark.parametrize("path", ["", "/context"])
async def test_the_context_tells_who_talks_about_what(it: Served, path: str) -> None:
    call_id = await talked(it)
    body = await (await it.get(f"/api/sessions/{call_id}{path}")).get_json()
    assert body == {
        "session_id": "session-1",
        "call_id": call_id,
        "bot_id": "maria",
        "language": "es",
        "state": "ringing",
        "mode": "stream",
        "variables": {"mascota": "Luna"},
        "turns": 4,
        "last_heard": "",
    }


async def test_the_history_is_what_the_caller_heard(it: Served) -> None:
    call_id = await talked(it)
    body = await (await it.get(f"/api/sessions/{call_id}/history")).get_json()
    assert body["session_id"] == "session-1"
    assert body["messages"] == [
        {"speaker": "agent", "text": "Buenos días."},
        {"speaker": "caller", "text": "Hola."},
        {"speaker": "agent", "text": "Uno"},
    ]


@pytest.mark.parametrize("path", ["", "/context", "/history"])
async def test_the_session_of_an_unknown_call_is_not_found(it: Served, path: str) -> None:
    answer = await it.get(f"/api/sessions/nobody{path}")
    assert (answer.status_code, (await answer.get_json())["code"]) == (404, "unknown_call")
