"""A tenant filled with believable data."""

import io
import wave
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from control_plane.core.refusals import Refused
from control_plane.services.showcase.dice import Dice
from control_plane.services.showcase.fill import Showcase, ShowcaseParts, moments
from control_plane.services.showcase.sound import Murmur, recording
from tests.databases import empty_database
from tests.gateways import Served, served


@pytest.fixture
async def it(tmp_path: Path) -> AsyncIterator[Served]:
    async with served(tmp_path, empty_database(tmp_path / "x.db")) as it:
        yield it


def showcase(it: Served, tenant_id: str = "default") -> Showcase:
    gateway = it.gateway
    parts = ShowcaseParts(
        business=gateway.business,
        book=gateway.contacts.book,
        bots=gateway.bots,
        calls=gateway.calls,
        blobs=gateway.blobs,
        clock=gateway.clock,
    )
    return Showcase(parts, tenant_id=tenant_id, progress=lambda *_, total: None)


async def test_everything_that_people_look_at_is_there(it: Served) -> None:
    made = await showcase(it).fill(contacts=12, calls=25, days=5)
    assert made["calls"] == 25
    for path, count in (("contacts", 12), ("products", 16), ("sellers", 4), ("lists", 3), ("calls", 25)):
        body = await (await it.get(f"/api/{path}?limit=200")).get_json()
        assert len(body["items"]) == count, path
    calls = (await (await it.get("/api/calls?limit=200")).get_json())["items"]
    talked = [call for call in calls if call["turn_count"]]
    assert talked
    recording = await it.get(f"/api/calls/{talked[0]['id']}/recording")
    assert recording.status_code == 200
    with wave.open(io.BytesIO(await recording.get_data(as_text=False))) as audio:
        assert (audio.getnchannels(), audio.getframerate()) == (2, 8000)


async def test_orders_lead_to_the_calls_they_came_from(it: Served) -> None:
    await showcase(it).fill(contacts=10, calls=60, days=5)
    orders = (await (await it.get("/api/orders?limit=200")).get_json())["items"]
    assert orders
    for order in orders:
        call = await it.get(f"/api/calls/{order['call_id']}")
        assert call.status_code == 200


async def test_a_tenant_is_filled_once(it: Served) -> None:
    await showcase(it).fill(contacts=2, calls=2, days=1)
    with pytest.raises(Refused) as refused:
        await showcase(it).fill(contacts=2, calls=2, days=1)
    assert refused.value.code == "conflict"


def test_chance_falls_the_same_way_every_time() -> None:
    again = [Dice("a").chance(), Dice("a").chance()]
    assert again[0] == again[1] != Dice("b").chance()
    assert {Dice(f"{n}").pick("abc") for n in range(50)} == set("abc")


def test_nobody_rings_at_night() -> None:
    hours = [(at / 3600 - 5) % 24 for at in moments(300, days=10, now=1_795_280_000.0)]
    assert sum(8 <= hour < 19 for hour in hours) > 280


def test_each_side_has_its_channel() -> None:
    with wave.open(io.BytesIO(recording([Murmur("agent", 0.5, 1.0)], length_s=2.0))) as audio:
        samples = memoryview(audio.readframes(audio.getnframes())).cast("h")
    caller, agent = samples[0::2].tolist(), samples[1::2].tolist()
    assert not any(caller)
    assert any(agent[4000:8000])
    assert not any(agent[8000:])
