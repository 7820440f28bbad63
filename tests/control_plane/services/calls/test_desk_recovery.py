"""A process dies and the next one takes its calls over: the second office is opened on the database of the first."""

import asyncio
from pathlib import Path

from control_plane.core.call import commands as c
from control_plane.core.call import events as e
from control_plane.core.call.state import Phase
from control_plane.ports.carrier import Leg, LegIds
from control_plane.testing.carriers import FakeCallControl
from tests.call_events import CALLEE, HUNG_UP, OURS
from tests.desks import ORDER, office
from tests.records import call_record, journal_entry, stored_command
from tests.virtual_time import eventually

VIRTUAL_TIME = True
DIAL = c.Dial(to=CALLEE, sender=OURS, stream=True)
URL = "https://carrier.example/r.mp3"


class Mute(FakeCallControl):
    """Takes every command and never answers: whoever waits for it dies waiting."""

    async def dial(self, leg: Leg, command: c.Dial, *, command_id: str) -> LegIds:
        await super().dial(leg, command, command_id=command_id)
        return await asyncio.Future()

    async def perform(self, leg: Leg, command: c.CarrierCommand, *, command_id: str) -> None:
        await super().perform(leg, command, command_id=command_id)
        await asyncio.Future()


async def test_a_command_without_an_answer_is_repeated_under_its_id(database_url: str, tmp_path: Path) -> None:
    async with office(database_url, tmp_path, control=Mute()) as first:
        record = await first.desk.initiate(ORDER)
        ids = [sent.command_id for sent in first.control.sent]
    async with office(database_url, tmp_path) as second:
        assert await second.desk.roster.recover() == 1
        assert (await second.until_phase(record.id, Phase.RINGING)).control_id == "leg-1"
        assert [sent.command_id for sent in second.control.sent] == ids
        await eventually(lambda: second.metric("commands_total", kind="Dial", outcome="done"))
        await second.desk.hang_up(record.id, reason="api")
        await second.until_given(c.Hangup())
    async with office(database_url, tmp_path) as third:
        assert await third.desk.roster.recover() == 1
        await asyncio.sleep(1)
        assert DIAL not in third.control.commands


async def test_a_call_goes_on_with_a_stream_of_the_new_process(database_url: str, tmp_path: Path) -> None:
    async with office(database_url, tmp_path) as first:
        live = await first.connected()
        call_id = live.call_id
        live.post(e.MediaAttached(stream_id="stream-1"))
        await first.until_phase(call_id, Phase.TALKING)
    async with office(database_url, tmp_path) as second:
        assert await second.desk.roster.recover() == 1
        await second.until_given(c.StopStream(), c.StartStream())
        second.live(call_id).post(e.MediaAttached(stream_id="stream-2"))
        await eventually(lambda: second.live(call_id).session.state.stream_id == "stream-2")
        assert [entry.seq for entry in await second.store.journal(call_id)] == list(range(1, 7))
        assert (await second.history(call_id))[-2:] == ["ProcessRestarted", "MediaAttached"]


async def test_what_was_pending_comes_before_what_the_restart_asks_for(database_url: str, tmp_path: Path) -> None:
    async with office(database_url, tmp_path) as first:
        call_id = (await first.connected()).call_id
    async with office(database_url, tmp_path, control=Mute()) as second:
        await second.desk.roster.recover()
        await second.until_given(c.StopStream())
        await second.desk.send_digits(call_id, "1")
        await asyncio.sleep(1)
        assert second.control.commands == [c.StopStream()]
    async with office(database_url, tmp_path) as third:
        await third.desk.roster.recover()
        await eventually(lambda: len(third.control.commands) == 5)
        anew = [c.StopStream(), c.StartStream()]
        assert third.control.commands == [*anew, c.SendDigits(digits="1"), *anew]


async def test_the_last_commands_of_an_ended_call_are_carried_out(database_url: str, tmp_path: Path) -> None:
    async with office(database_url, tmp_path, control=Mute()) as first:
        await first.store.create(
            call_record("ended", state="ended", ended_at=1001.0, carrier="fake", machine={"phase": "ended"}),
            journal_entry("ended"),
            commands=[stored_command("fetch", "ended", kind="FetchRecording", body={"url": URL, "format": "mp3"})],
        )
    async with office(database_url, tmp_path, control=FakeCallControl(recordings={URL: b"RIFF"})) as second:
        assert await second.desk.roster.recover() == 0
        await second.until_gone("ended")
        assert second.fetched == [c.FetchRecording(url=URL, format="mp3")]
        assert await second.pending() == []
        assert await second.history("ended") == ["LegAnswered"]


async def test_calls_that_timed_out_while_nobody_ran_end_and_the_others_go_on(
    database_url: str, tmp_path: Path
) -> None:
    async with office(database_url, tmp_path) as first:
        talking = await first.connected()
        for number in range(3):
            machine = {"phase": "ending", "since": 1000.0, "hangup_asked": True}
            record = call_record(f"old-{number}", state="ending", carrier="fake", machine=machine)
            await first.store.create(record, journal_entry(record.id), commands=[])
        call_id = talking.call_id
    async with office(database_url, tmp_path) as second:
        assert await second.desk.roster.recover() == 4
        for number in range(3):
            assert (await second.until_gone(f"old-{number}")).state == "ended"
        assert second.live(call_id).session.state.phase is Phase.ANSWERED


async def test_a_command_of_another_version_keeps_nobody_from_starting(database_url: str, tmp_path: Path) -> None:
    async with office(database_url, tmp_path) as first:
        record = await first.desk.initiate(ORDER)
        foreign = [
            stored_command("one", record.id, kind="Sing", body={}),
            stored_command("two", record.id, kind="Hangup", body={"gently": True}),
        ]
        await asyncio.sleep(0.1)  # until the dial's outcome is settled
        await first.store.record(record, journal_entry(record.id, seq=9), commands=foreign)
    async with office(database_url, tmp_path) as second:
        assert await second.desk.roster.recover() == 1
        await asyncio.sleep(1)
        assert second.control.sent == []
        assert [command.id for command in await second.pending()] == ["one", "two"]


async def test_a_dial_that_nobody_expects_any_more_is_not_repeated(database_url: str, tmp_path: Path) -> None:
    async with office(database_url, tmp_path, control=Mute()) as first:
        record = await first.desk.initiate(ORDER)
    await asyncio.sleep(60)
    async with office(database_url, tmp_path) as second:
        await second.desk.roster.recover()
        await second.until_gone(record.id)
        assert second.control.sent == []
        assert await second.pending() == []


async def test_an_empty_database_has_nothing_to_take_over(database_url: str, tmp_path: Path) -> None:
    async with office(database_url, tmp_path) as it:
        assert await it.desk.roster.recover() == 0
        assert it.desk.roster.live_calls == 0


async def test_a_call_that_ends_during_the_crash_ends_for_good(database_url: str, tmp_path: Path) -> None:
    async with office(database_url, tmp_path) as first:
        record = await first.desk.initiate(ORDER)
        first.live(record.id).post(HUNG_UP)
        await first.until_gone(record.id)
    async with office(database_url, tmp_path) as second:
        assert await second.desk.roster.recover() == 0
        assert (await second.desk.get(record.id)).state == "ended"
