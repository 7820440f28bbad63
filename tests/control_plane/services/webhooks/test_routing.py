"""Every webhook finds its call, or is put away."""

import asyncio
from pathlib import Path

import pytest

from control_plane.core.call import commands as c
from control_plane.core.call import events as e
from control_plane.core.call.state import Phase
from control_plane.ports.carrier import Leg, LegIds
from control_plane.ports.stores import CallFilter
from control_plane.services.calls.orders import LivesElsewhere
from control_plane.services.webhooks.intake import Delivery
from control_plane.services.webhooks.routing import OVERTAKING_S
from control_plane.testing.carriers import FakeCallControl
from tests.call_events import ANSWERED, HUNG_UP, INITIATED, OFFERED, TRANSFER
from tests.desks import ORDER, Office, office
from tests.virtual_time import eventually

VIRTUAL_TIME = True


class Unanswered(FakeCallControl):
    """Takes a dial and does not answer."""

    async def dial(self, leg: Leg, command: c.Dial, *, command_id: str) -> LegIds:
        await super().dial(leg, command, command_id=command_id)
        return await asyncio.Future()


async def route(it: Office, event_id: str, event: e.CallEvent | None, **names: str) -> None:
    """A webhook arrives and is worked."""
    await it.tell(event_id, event, **names)
    await it.router.route(Delivery(notice=it.reader.notices[event_id], received_at=it.clock.wall(), here=True))


async def waiting(it: Office) -> list[str]:
    return [webhook.event_id for webhook in await it.webhooks.unworked()]


async def until_worked(it: Office, call_id: str, *kinds: str) -> None:
    """The call has kept these as its newest events."""
    for _ in range(500):
        if tuple((await it.history(call_id))[-len(kinds) :]) == kinds:
            return
    raise AssertionError(f"{kinds} are not the newest events")


async def transferring(it: Office) -> str:
    """A call that is being transferred; both legs are of session-1, ours is leg-1."""
    live = await it.connected()
    live.post(e.MediaAttached(stream_id="stream-1"))
    live.post(TRANSFER)
    await it.until_phase(live.call_id, Phase.TRANSFERRING)
    return live.call_id


async def test_our_own_id_in_a_webhook_names_the_call(database_url: str, tmp_path: Path) -> None:
    async with office(database_url, tmp_path) as it:
        record = await it.desk.initiate(ORDER)
        await route(it, "event-1", ANSWERED, call_id=record.id, control_id="leg-1")
        await it.until_phase(record.id, Phase.ANSWERED)
        assert await waiting(it) == []


async def test_the_carriers_name_does_when_ours_is_missing(database_url: str, tmp_path: Path) -> None:
    async with office(database_url, tmp_path) as it:
        record = await it.desk.initiate(ORDER)
        await route(it, "event-1", ANSWERED, control_id="leg-1")
        await it.until_phase(record.id, Phase.ANSWERED)


async def test_a_leg_that_webhooks_name_otherwise_is_ours_by_our_id(database_url: str, tmp_path: Path) -> None:
    async with office(database_url, tmp_path) as it:
        record = await it.desk.initiate(ORDER)
        await route(it, "event-1", HUNG_UP, call_id=record.id, control_id="leg-by-another-name")
        assert (await it.until_gone(record.id)).hangup_cause == "normal"


async def test_a_webhook_without_any_control_id_is_ours_by_its_session(database_url: str, tmp_path: Path) -> None:
    async with office(database_url, tmp_path) as it:
        record = await it.desk.initiate(ORDER)
        await route(it, "event-1", ANSWERED, session_id="session-1")
        await it.until_phase(record.id, Phase.ANSWERED)


async def test_the_hangup_of_the_other_leg_is_a_failed_transfer(database_url: str, tmp_path: Path) -> None:
    async with office(database_url, tmp_path) as it:
        call_id = await transferring(it)
        await route(it, "event-1", e.LegHungUp(cause="busy"), control_id="leg-2", session_id="session-1")
        await until_worked(it, call_id, "TransferFailed")
        assert it.live(call_id).session.state.phase is Phase.TALKING
        assert await waiting(it) == []


async def test_whatever_else_the_other_leg_does_is_put_away(database_url: str, tmp_path: Path) -> None:
    async with office(database_url, tmp_path) as it:
        call_id = await transferring(it)
        before = await it.history(call_id)
        others = (INITIATED, ANSWERED, e.DigitReceived(digit="1"), e.LegBridged())
        for number, event in enumerate(others):
            await route(it, f"event-{number}", event, control_id="leg-2", session_id="session-1")
        assert await it.history(call_id) == before
        assert await waiting(it) == []


async def test_the_bridge_of_our_leg_completes_the_transfer(database_url: str, tmp_path: Path) -> None:
    async with office(database_url, tmp_path) as it:
        call_id = await transferring(it)
        await route(it, "event-1", e.LegBridged(), control_id="leg-1", session_id="session-1")
        await it.until_phase(call_id, Phase.BRIDGED)


async def test_an_offer_becomes_a_call_once(database_url: str, tmp_path: Path) -> None:
    async with office(database_url, tmp_path) as it:
        await route(it, "event-1", OFFERED, control_id="leg-1")
        await it.router.route(Delivery(notice=it.reader.notices["event-1"], received_at=it.clock.wall(), here=True))
        assert len((await it.store.list(CallFilter(tenant_id="default"))).items) == 1
        assert await waiting(it) == []
        await route(it, "event-2", ANSWERED, control_id="leg-1")
        (record,) = (await it.store.list(CallFilter(tenant_id="default"))).items
        await it.until_phase(record.id, Phase.ANSWERED)


async def test_what_interests_nobody_is_put_away(database_url: str, tmp_path: Path) -> None:
    async with office(database_url, tmp_path) as it:
        await route(it, "event-1", None, control_id="leg-1")
        assert await waiting(it) == []


async def test_a_hangup_that_overtakes_its_offer_ends_the_call_once_it_is_known(
    database_url: str, tmp_path: Path
) -> None:
    async with office(database_url, tmp_path) as it:
        with pytest.raises(LivesElsewhere):
            await route(it, "event-1", HUNG_UP, control_id="leg-1", session_id="session-1")
        assert await waiting(it) == ["event-1"]
        await route(it, "event-2", OFFERED, control_id="leg-1", session_id="session-1")
        (record,) = (await it.store.list(CallFilter(tenant_id="default"))).items
        await it.router.route(Delivery(notice=it.reader.notices["event-1"], received_at=it.clock.wall()))
        await it.until_gone(record.id)
        assert await _cause(it, record.id) == HUNG_UP.cause


async def test_a_webhook_of_an_unknown_call_is_counted_and_put_away(database_url: str, tmp_path: Path) -> None:
    async with office(database_url, tmp_path) as it:
        await it.tell("event-1", HUNG_UP, call_id="nobody", control_id="leg-9", session_id="session-9")
        long_ago = it.clock.wall() - OVERTAKING_S
        await it.router.route(Delivery(notice=it.reader.notices["event-1"], received_at=long_ago))
        assert await waiting(it) == []
        assert it.metric("webhooks_total", carrier="fake", outcome="unknown_call") == 1


async def test_an_event_after_the_end_is_kept_with_its_call(database_url: str, tmp_path: Path) -> None:
    url = "https://carrier.example/r.mp3"
    async with office(database_url, tmp_path, control=FakeCallControl(recordings={url: b"RIFF"})) as it:
        record = await it.desk.initiate(ORDER)
        it.live(record.id).post(HUNG_UP)
        await it.until_gone(record.id)
        await route(it, "event-1", e.RecordingSaved(url=url), control_id="leg-1")
        await route(it, "event-2", ANSWERED, call_id=record.id)
        await eventually(lambda: it.fetched == [c.FetchRecording(url=url, format="mp3")])
        await until_worked(it, record.id, "RecordingSaved", "LegAnswered")
        assert await waiting(it) == []


async def test_a_webhook_that_overtakes_the_answer_to_the_dial_finds_its_call(
    database_url: str, tmp_path: Path
) -> None:
    control = Unanswered()
    async with office(database_url, tmp_path, control=control) as it:
        asking = it.supervisor.spawn(_initiate(it), "order")
        await eventually(lambda: control.sent)
        call_id = control.sent[0].leg.call_id
        await route(it, "event-1", INITIATED, call_id=call_id, control_id="leg-1", session_id="session-1")
        await route(it, "event-2", HUNG_UP, call_id=call_id, control_id="leg-1")
        await eventually(asking.done)
        # The order is answered as soon as the leg has a name; the hangup is worked after that.
        assert await eventually(lambda: _cause(it, call_id)) == "normal"


async def _cause(it: Office, call_id: str) -> str:
    return (await it.desk.get(call_id)).hangup_cause


async def _initiate(it: Office) -> None:
    await it.desk.initiate(ORDER)
