"""Calls in and out, on the real store."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from control_plane.core.call import commands as c
from control_plane.core.call import events as e
from control_plane.core.call.state import Phase
from control_plane.core.refusals import Refused
from control_plane.ports.carrier import Leg, LegIds
from control_plane.ports.errors import CallGone, Rejected, Unavailable
from control_plane.ports.infrastructure import BadNumber
from control_plane.ports.stores import CallFilter, CallRecord, StoreUnavailable
from control_plane.services.bots.casting import ShippedBots
from control_plane.services.calls.desk import DIAL_ANSWER_S
from control_plane.services.calls.orders import CallNotLive, CallOrder, NotAccepting, UnknownBot, UnknownCall
from control_plane.testing.carriers import FakeCallControl
from tests.call_events import CALLEE, HUNG_UP, OFFERED, OURS
from tests.desks import ORDER, Office, office
from tests.virtual_time import eventually

VIRTUAL_TIME = True
DIAL = c.Dial(to=CALLEE, sender=OURS, stream=True)


class SlowDial(FakeCallControl):
    """Takes so many seconds to take a dial."""

    seconds = 3.0

    async def dial(self, leg: Leg, command: c.Dial, *, command_id: str) -> LegIds:
        await asyncio.sleep(self.seconds)
        return await super().dial(leg, command, command_id=command_id)


async def ended(it: Office, call_id: str) -> None:
    it.live(call_id).post(HUNG_UP)
    await it.until_gone(call_id)


# --- out ------------------------------------------------------------------------------------------


async def test_an_order_is_dialled_and_answered_with_the_carriers_name(database_url: str, tmp_path: Path) -> None:
    async with office(database_url, tmp_path) as it:
        order = CallOrder(
            tenant_id="default", number="300 555 0101", name="Íñigo", variables={"mascota": "Luna"}, metadata={"crm": 7}
        )
        record = await it.desk.initiate(order)
        assert (record.state, record.control_id, record.direction) == ("ringing", "leg-1", "outbound")
        assert (record.to, record.sender, record.contact_name) == (CALLEE, OURS, "Íñigo")
        assert it.control.commands == [DIAL]
        assert it.control.sent[0].leg.call_id == record.id
        assert await it.store.get(record.id) == record
        assert (record.variables, record.metadata) == ({"mascota": "Luna"}, {"crm": 7})
        assert await it.history(record.id) == ["CallRequested", "DialAccepted"]
        await eventually(lambda: it.metric("commands_total", kind="Dial", outcome="done"))
        assert it.metric("calls_started_total", direction="outbound") == 1


async def test_a_slow_carrier_is_not_waited_for_for_ever(database_url: str, tmp_path: Path) -> None:
    control = SlowDial()
    control.seconds = DIAL_ANSWER_S + 1
    async with office(database_url, tmp_path, control=control) as it:
        record = await it.desk.initiate(ORDER)
        assert (record.state, record.control_id) == ("dialing", "")
        assert (await it.until_phase(record.id, Phase.RINGING)).control_id == "leg-1"


async def test_a_repeated_idempotency_key_answers_the_first_call(database_url: str, tmp_path: Path) -> None:
    async with office(database_url, tmp_path) as it:
        order = CallOrder(tenant_id="default", number=CALLEE, idempotency_key="key-1")
        first = await it.desk.initiate(order)
        assert (await it.desk.initiate(order)).id == first.id
        await ended(it, first.id)
        again = await it.desk.initiate(order)
        assert (again.id, again.state) == (first.id, "ended")
        assert it.control.commands == [DIAL]


async def test_a_key_that_comes_twice_at_once_dials_once(database_url: str, tmp_path: Path) -> None:
    async with office(database_url, tmp_path) as it:
        order = CallOrder(tenant_id="default", number=CALLEE, idempotency_key="key-1")
        records = await asyncio.gather(*(it.desk.initiate(order) for _ in range(4)))
        assert len({record.id for record in records}) == 1
        await it.until_phase(records[0].id, Phase.RINGING)
        assert it.control.commands == [DIAL]


async def test_a_refused_dial_is_an_ended_call(database_url: str, tmp_path: Path) -> None:
    async with office(database_url, tmp_path) as it:
        it.control.fail(c.Dial, Rejected("fake", "not allowed", code="10015"))
        record = await it.desk.initiate(ORDER)
        assert (record.state, record.hangup_cause) == ("ended", "failed")
        assert record.machine["reason"] == "Dial refused: 10015"
        await it.until_gone(record.id)
        assert it.metric("calls_ended_total", cause="failed") == 1
        assert await it.pending() == []


@pytest.mark.parametrize(
    ("order", "error"),
    [
        (CallOrder(tenant_id="default", number="12"), BadNumber),
        (CallOrder(tenant_id="default", number=CALLEE, bot_id="nobody"), UnknownBot),
    ],
)
async def test_a_bad_order_makes_no_call(
    database_url: str, tmp_path: Path, order: CallOrder, error: type[Exception]
) -> None:
    async with office(database_url, tmp_path) as it:
        with pytest.raises(error):
            await it.desk.initiate(order)
        assert (await it.store.list(CallFilter(tenant_id="default"))).items == []


async def test_without_the_store_no_call_is_made(database_url: str, tmp_path: Path) -> None:
    async with office(database_url, tmp_path, max_calls=1) as it:
        it.store.away = True
        with pytest.raises(StoreUnavailable):
            await it.desk.initiate(ORDER)
        assert (it.control.sent, it.desk.roster.live_calls, it.desk.full) == ([], 0, False)


@pytest.mark.parametrize("fault", [Rejected("database", "breaks with what is stored"), RuntimeError("a fault of ours")])
async def test_whoever_asked_learns_of_any_fault_and_does_not_wait_for_ever(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: Exception
) -> None:
    async def breaks(*_: object, **__: object) -> None:
        raise fault

    async with office(database_url, tmp_path, max_calls=1) as it:
        monkeypatch.setattr(it.store, "create", breaks)
        async with asyncio.timeout(5):
            with pytest.raises(type(fault)):
                await it.desk.initiate(ORDER)
        assert (it.control.sent, it.desk.roster.live_calls, it.desk.full) == ([], 0, False)


async def test_whoever_asked_is_not_left_waiting_when_everything_is_ended(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def ended_meanwhile(*_: object, **__: object) -> None:
        raise asyncio.CancelledError

    async with office(database_url, tmp_path) as it:
        monkeypatch.setattr(it.store, "create", ended_meanwhile)
        async with asyncio.timeout(5):
            with pytest.raises(asyncio.CancelledError):
                await it.desk.initiate(ORDER)


# --- limits ---------------------------------------------------------------------------------------


async def test_no_more_calls_than_the_limit_and_the_next_when_one_has_ended(database_url: str, tmp_path: Path) -> None:
    async with office(database_url, tmp_path, max_calls=1) as it:
        record = await it.desk.initiate(ORDER)
        with pytest.raises(NotAccepting) as refused:
            await it.desk.initiate(ORDER)
        assert not refused.value.draining
        await ended(it, record.id)
        await it.desk.initiate(ORDER)


async def test_orders_that_come_at_once_share_the_limit(database_url: str, tmp_path: Path) -> None:
    async with office(database_url, tmp_path, max_calls=2) as it:
        results = await asyncio.gather(*(it.desk.initiate(ORDER) for _ in range(5)), return_exceptions=True)
        assert sum(isinstance(result, NotAccepting) for result in results) == 3
        assert it.desk.roster.live_calls == len(it.control.commands) == 2


async def test_a_tenant_has_no_more_calls_than_its_share_and_others_have_room(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def most_calls(_: Any, tenant_id: str) -> int:
        return {"default": 2}.get(tenant_id, 0)

    monkeypatch.setattr(ShippedBots, "most_calls", most_calls)
    async with office(database_url, tmp_path, max_calls=5) as it:
        results = await asyncio.gather(*(it.desk.initiate(ORDER) for _ in range(4)), return_exceptions=True)
        refused = [each for each in results if isinstance(each, Refused)]
        assert [each.code for each in refused] == ["too_many_live_calls"] * 2
        assert (it.desk.roster.live_calls_of("default"), it.desk.roster.live_calls_of("other")) == (2, 0)
        assert not it.desk.full
        placed = next(each for each in results if isinstance(each, CallRecord))
        await ended(it, placed.id)
        await it.desk.initiate(ORDER)
        await it.desk.take_offer(OFFERED, source_id="event-1")
        await it.until_given(c.Reject())


# --- in -------------------------------------------------------------------------------------------


async def test_an_offered_call_is_answered_once(database_url: str, tmp_path: Path) -> None:
    async with office(database_url, tmp_path) as it:
        for _ in range(2):
            await it.desk.take_offer(OFFERED, source_id="event-1")
        await it.until_given(c.Answer(stream=True))
        (record,) = (await it.store.list(CallFilter(tenant_id="default"))).items
        assert (record.direction, record.sender, record.to, record.control_id) == ("inbound", CALLEE, OURS, "leg-1")
        assert len(it.control.sent) == 1


async def test_how_a_call_runs_is_our_policy_and_not_the_offers(database_url: str, tmp_path: Path) -> None:
    async with office(database_url, tmp_path, stream=False, record=True) as it:
        await it.desk.take_offer(OFFERED, source_id="event-1")
        await it.until_given(c.Answer(stream=False))


async def test_a_caller_who_cannot_be_served_hears_busy(database_url: str, tmp_path: Path) -> None:
    async with office(database_url, tmp_path, max_calls=0) as it:
        await it.desk.take_offer(OFFERED, source_id="event-1")
        await it.until_given(c.Reject())
        (record,) = (await it.store.list(CallFilter(tenant_id="default"))).items
        assert record.state == "ending"


# --- what can be asked ----------------------------------------------------------------------------


async def test_a_live_call_is_found_by_all_its_names(database_url: str, tmp_path: Path) -> None:
    async with office(database_url, tmp_path) as it:
        records = [await it.desk.initiate(ORDER) for _ in range(2)]
        for record in records:
            live = it.desk.roster.find(record.id)
            assert live is not None
            assert it.desk.roster.find_leg(control_id=record.control_id, session_id="") is live
            assert it.desk.roster.find_leg(control_id="other", session_id=record.session_id) is live
        assert it.desk.roster.find_leg(control_id="", session_id="") is None


async def test_a_call_is_hung_up_on_request(database_url: str, tmp_path: Path) -> None:
    async with office(database_url, tmp_path) as it:
        record = await it.desk.initiate(ORDER)
        for _ in range(2):
            await it.desk.hang_up(record.id, reason="api")
        await it.until_phase(record.id, Phase.ENDING)
        await it.until_given(c.Hangup())
        await ended(it, record.id)
        assert it.control.commands == [DIAL, c.Hangup()]
        assert (await it.desk.get(record.id)).machine["reason"] == "api"


async def test_a_connected_call_takes_digits_and_a_transfer(database_url: str, tmp_path: Path) -> None:
    async with office(database_url, tmp_path) as it:
        live = await it.connected()
        await it.desk.send_digits(live.call_id, "12#")
        await it.desk.transfer(live.call_id, "300 555 0199")
        await it.until_given(c.SendDigits(digits="12#"), c.Transfer(to="+573005550199"))


async def test_what_a_call_cannot_do_now_is_refused(database_url: str, tmp_path: Path) -> None:
    async with office(database_url, tmp_path) as it:
        record = await it.desk.initiate(ORDER)
        with pytest.raises(CallNotLive):
            await it.desk.send_digits(record.id, "1")
        with pytest.raises(CallNotLive):
            await it.desk.transfer(record.id, CALLEE)
        with pytest.raises(CallNotLive):
            await it.desk.say(record.id, "hola")
        await ended(it, record.id)
        with pytest.raises(CallNotLive):
            await it.desk.hang_up(record.id, reason="api")
        with pytest.raises(UnknownCall):
            await it.desk.hang_up("other", reason="api")


async def test_the_bot_greets_and_says_what_it_is_told_in_webhook_mode(database_url: str, tmp_path: Path) -> None:
    async with office(database_url, tmp_path, stream=False) as it:
        live = await it.connected()
        await eventually(lambda: any(isinstance(command, c.Speak) for command in it.control.commands))
        await it.desk.say(live.call_id, "Un momento.")
        await it.until_given(c.Speak(text="Un momento."))
        kinds = [type(command) for command in it.control.commands]
        assert kinds[:3] == [c.Dial, c.StartTranscription, c.Speak]


# --- the end --------------------------------------------------------------------------------------


async def test_a_recording_that_comes_after_the_end_is_fetched(database_url: str, tmp_path: Path) -> None:
    url = "https://carrier.example/r.mp3"
    async with office(database_url, tmp_path, control=FakeCallControl(recordings={url: b"RIFF"})) as it:
        record = await it.desk.initiate(ORDER)
        await ended(it, record.id)
        for _ in range(2):
            await it.desk.roster.work_late(
                await it.desk.get(record.id), e.RecordingSaved(url=url), source_id="event-of-recording"
            )
        await eventually(lambda: it.supervisor.running == 0)
        assert it.fetched == [c.FetchRecording(url=url, format="mp3")]
        assert await it.history(record.id) == ["CallRequested", "DialAccepted", "LegHungUp", "RecordingSaved"]
        assert await it.pending() == []


async def test_a_leg_that_gets_its_name_after_the_end_is_hung_up(database_url: str, tmp_path: Path) -> None:
    control = SlowDial()
    async with office(database_url, tmp_path, control=control, patience={Phase.DIALING: 1.0}) as it:
        record = await it.desk.initiate(ORDER)
        assert (record.state, record.hangup_cause) == ("ended", "failed")
        await it.until_gone(record.id)
        assert control.commands == [DIAL, c.Hangup()]
        assert control.sent[-1].leg.control_id == "leg-1"
        assert await it.pending() == []


async def test_a_call_that_the_carrier_has_lost_ends(database_url: str, tmp_path: Path) -> None:
    async with office(database_url, tmp_path) as it:
        live = await it.connected()
        it.control.fail(c.SendDigits, CallGone("fake", "ended", code="90018"))
        await it.desk.send_digits(live.call_id, "1")
        assert (await it.until_gone(live.call_id)).state == "ended"


async def test_a_call_whose_actor_was_lost_is_taken_up_by_its_next_event(database_url: str, tmp_path: Path) -> None:
    async with office(database_url, tmp_path) as it:
        record = await it.desk.initiate(ORDER)
        it.desk.roster._live.clear()
        await it.desk.roster.work_late(record, e.LegAnswered(), source_id="event-1")
        assert (await it.until_phase(record.id, Phase.ANSWERED)).answered_at is not None
        assert it.desk.roster.find(record.id) is not None


async def test_a_call_whose_actor_meets_a_fault_gets_another_one(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with office(database_url, tmp_path) as it:
        live = await it.connected()

        async def broken(*_: object, **__: object) -> bool:
            monkeypatch.undo()
            raise ZeroDivisionError

        monkeypatch.setattr(it.store, "record", broken)
        live.post(e.DigitReceived(digit="1"))
        await eventually(lambda: it.desk.roster.find(live.call_id) not in (None, live))
        await it.desk.hang_up(live.call_id, reason="api")
        await it.until_given(c.Hangup())


async def test_a_caller_of_the_api_who_goes_away_leaves_no_call_that_nobody_runs(
    database_url: str, tmp_path: Path
) -> None:
    async with office(database_url, tmp_path) as it:
        asked = asyncio.ensure_future(it.desk.initiate(ORDER))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        asked.cancel()
        await it.until_given(DIAL)
        assert it.desk.roster.live_calls == 1


async def test_a_call_that_has_ended_makes_room_although_its_hang_up_is_still_being_tried(
    database_url: str, tmp_path: Path
) -> None:
    async with office(database_url, tmp_path, max_calls=1) as it:
        live = await it.connected()
        it.control.fail(c.Hangup, *[Unavailable("fake", "away")] * 3)
        await it.desk.hang_up(live.call_id, reason="api")
        await eventually(lambda: live.session.ended)
        assert it.desk.roster.live_calls == 0
        await it.until_given(c.Hangup())
