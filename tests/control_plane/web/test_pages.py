"""The page of a call, for people: nothing on it can do anything."""

import re

import pytest

from control_plane.web.pages import STAGES, bars
from control_plane.web.schemas import TurnOut
from tests.gateways import Served
from tests.records import turn_record

HOSTILE = """<script>alert(1)</script><img src=x onerror="alert(2)">'"&{{ 7 * 7 }}"""
TIMING = {"stt": 100.0, "dispatch": 5.0, "brain": 300.0, "clause": 20.0, "voice": 150.0, "total": 600.0}


async def page(it: Served, call_id: str) -> str:
    answer = await it.get(f"/calls/{call_id}")
    assert answer.status_code == 200
    assert answer.content_type == "text/html; charset=utf-8"
    return await answer.get_data(as_text=True)


async def test_a_call_is_shown_with_what_was_said_heard_and_how_long_it_took(it: Served) -> None:
    call_id = await it.call()
    calls = it.gateway.calls
    await calls.save_turn(turn_record(call_id, 0, speaker="caller", text="¿Abren hoy?", heard="¿Abren hoy?"))
    cut = turn_record(
        call_id, 1, speaker="agent", text="Sí, hasta las siete.", heard="Sí, hasta", interrupted=True, timing=TIMING
    )
    await calls.save_turn(cut)
    text = await page(it, call_id)
    assert "¿Abren hoy?" in text
    assert 'Sí, hasta <span class="unheard"> las siete.</span>' in text
    assert "600 ms" in text
    assert "CallRequested" in text


async def test_a_call_without_words_says_so(it: Served) -> None:
    assert "Nothing was said." in await page(it, await it.call())


async def test_hostile_words_names_and_values_are_shown_as_they_are(it: Served) -> None:
    call_id = await it.call(nombre=HOSTILE, metadata={HOSTILE: HOSTILE}, variables={"a": HOSTILE})
    turn = turn_record(call_id, 0, speaker="agent", text=HOSTILE * 2, heard=HOSTILE, interrupted=True, timing=TIMING)
    await it.gateway.calls.save_turn(turn)
    text = await page(it, call_id)
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text
    assert "<img" not in text
    assert "49" not in re.sub(r"<style>.*?</style>|[0-9a-f-]{36}|\+\d+|[\d.]+ s", "", text, flags=re.S)


async def test_the_page_has_no_script_and_loads_nothing_from_elsewhere(it: Served) -> None:
    text = await page(it, await it.call())
    assert "<script" not in text.lower()
    assert "http://" not in text
    assert "https://" not in text
    assert not re.search(r"\son\w+\s*=", text)


async def test_a_recording_can_be_heard_on_the_page(it: Served) -> None:
    call_id = await it.call()
    await it.gateway.blobs.put("recordings/a.wav", b"RIFF", content_type="audio/wav")
    await it.gateway.calls.set_recording(call_id, "recordings/a.wav")
    assert '<audio controls preload="metadata" src="https://gateway.example/blobs/' in await page(it, call_id)


async def test_the_page_of_an_unknown_call_is_not_found(it: Served) -> None:
    assert (await it.get("/calls/nobody")).status_code == 404
    assert (await it.get(f"/calls/{HOSTILE.replace('/', '')}")).status_code == 404


def test_the_bars_of_a_turn_follow_each_other_in_percent_of_the_longest_turn() -> None:
    turn = TurnOut.of(turn_record(timing=TIMING))
    waterfall = bars(turn, 1200.0)
    assert [bar["stage"] for bar in waterfall] == list(STAGES)
    left = 0.0
    for bar in waterfall:
        assert bar["left"] == pytest.approx(left, abs=0.02)
        left += float(bar["width"])
    assert left == pytest.approx(575 / 12, abs=0.05)
