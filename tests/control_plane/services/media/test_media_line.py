"""The speaking side of a stream: pace, marks, clears, and when a reply counts as heard."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest

from control_plane.core.audio.playout import Playout
from control_plane.services.media.line import MARK_PATIENCE_S, SEND_TIMEOUT_S, Line
from control_plane.services.media.socket import SocketClosed
from control_plane.services.supervisor import Supervisor
from control_plane.testing.carriers import PlainCodec
from tests.telephones import Telephone
from tests.virtual_time import LoopClock, eventually

VIRTUAL_TIME = True

SECOND = b"\x80" * 8000


@dataclass(slots=True, kw_only=True)
class Sending:
    line: Line
    phone: Telephone
    task: "asyncio.Task[None]"
    first_sent: list[float] = field(default_factory=list)

    def reply(self, audio: bytes) -> None:
        """A whole reply at once."""
        self.line.begin(lambda: self.first_sent.append(now()))
        self.line.playout.add(audio)
        self.line.playout.finish()
        self.line.changed()

    async def bring_marks(self) -> None:
        """Hand the marks that the carrier returns to the line."""
        while True:
            self.line.mark_returned(str(await self.phone.receive()).partition(" ")[2])

    @property
    def marks(self) -> list[str]:
        return [got.message.partition(" ")[2] for got in self.phone.got if got.message.startswith("mark")]


def now() -> float:
    return asyncio.get_running_loop().time()


@asynccontextmanager
async def sending(*, marks: bool = True) -> AsyncIterator[Sending]:
    phone, supervisor = Telephone(), Supervisor()
    line = Line(phone, PlainCodec(), playout=Playout(), clock=LoopClock())
    it = Sending(line=line, phone=phone, task=supervisor.spawn(line.run(), "line"))
    if marks:
        supervisor.spawn(it.bring_marks(), "marks")
    await asyncio.sleep(0)
    yield it
    await supervisor.aclose()


async def test_the_first_message_goes_out_at_once_and_is_told_once() -> None:
    async with sending() as it:
        began = now()
        it.reply(SECOND)
        await eventually(lambda: it.marks)
        assert it.phone.got[0].at == began
        assert it.first_sent == [began]


async def test_audio_goes_out_in_the_call_that_adds_it_and_so_does_a_clear() -> None:
    async with sending(marks=False) as it:
        it.reply(SECOND)
        assert it.phone.messages == ["audio"]
        it.line.playout.drop(now())
        it.line.clear()
        assert it.phone.messages == ["audio", "clear"]


async def test_while_the_carrier_takes_nothing_everything_waits_in_its_order() -> None:
    async with sending(marks=False) as it:
        it.phone.takes.clear()
        it.reply(SECOND)
        await asyncio.sleep(0.1)
        it.line.playout.drop(now())
        it.line.clear()
        it.reply(SECOND)
        assert it.phone.messages == []
        it.phone.takes.set()
        await eventually(lambda: len(it.phone.messages) == 3)
        assert it.phone.messages == ["audio", "clear", "audio"]


async def test_a_carrier_that_is_gone_ends_the_line_and_nobody_else() -> None:
    async with sending(marks=False) as it:
        await it.phone.close(1000)
        it.reply(SECOND)
        with pytest.raises(SocketClosed):
            await it.task
        it.line.changed()


async def test_audio_goes_out_in_real_time_a_little_ahead() -> None:
    async with sending() as it:
        it.reply(SECOND * 3)
        await asyncio.sleep(1.0)
        assert 8000 * 1.2 <= len(it.phone.audio) <= 8000 * 1.4
        await asyncio.sleep(3.0)
        assert it.phone.audio == SECOND * 3


async def test_a_reply_is_heard_when_its_mark_comes_back() -> None:
    async with sending() as it:
        began = now()
        it.reply(SECOND)
        await it.line.played()
        assert now() - began == pytest.approx(1.0, abs=0.001)
        assert it.marks == ["generation-1"]


async def test_without_a_mark_a_reply_is_heard_when_the_clock_says_so() -> None:
    async with sending(marks=False) as it:
        began = now()
        it.reply(SECOND)
        await it.line.played()
        assert now() - began == pytest.approx(1.0 + MARK_PATIENCE_S, abs=0.03)


async def test_a_reply_without_audio_is_heard_at_once() -> None:
    async with sending(marks=False) as it:
        it.reply(b"")
        async with asyncio.timeout(1):
            await it.line.played()


async def test_a_reply_that_is_still_fed_is_not_heard_however_long_it_takes() -> None:
    async with sending() as it:
        it.line.begin(lambda: None)
        it.line.playout.add(SECOND)
        it.line.changed()
        waiting = asyncio.ensure_future(it.line.played())
        await asyncio.sleep(60)
        assert not waiting.done()
        it.line.playout.finish()
        it.line.changed()
        await waiting


async def test_a_clear_goes_before_any_audio_that_waits() -> None:
    async with sending() as it:
        it.reply(SECOND)
        await asyncio.sleep(0.5)
        it.line.playout.drop(now())
        it.line.clear()
        it.reply(SECOND)
        await asyncio.sleep(0.1)
        assert it.phone.messages == ["audio", "clear", "audio"]


async def test_marks_that_a_clear_returns_do_not_end_the_next_reply() -> None:
    async with sending() as it:
        it.reply(SECOND)
        await asyncio.sleep(0.9)
        assert it.marks == ["generation-1"]
        it.line.playout.drop(now())
        it.line.clear()
        it.reply(SECOND)
        began = now()
        await it.line.played()
        assert now() - began == pytest.approx(1.0, abs=0.01)
        assert it.marks == ["generation-1", "generation-3"]


async def test_a_mark_that_was_not_sent_yet_cannot_come_back() -> None:
    async with sending() as it:
        it.reply(SECOND)
        it.line.mark_returned("generation-1")
        began = now()
        await it.line.played()
        assert now() - began > 0.9


async def test_a_paused_reply_is_not_heard_before_it_was_resumed_and_played() -> None:
    async with sending() as it:
        it.reply(SECOND)
        await asyncio.sleep(0.9)
        waiting = asyncio.ensure_future(it.line.played())
        it.line.playout.pause(now())
        it.line.clear()
        await asyncio.sleep(10)
        assert not waiting.done()
        it.line.playout.resume(now())
        it.line.changed()
        began = now()
        await waiting
        assert now() - began == pytest.approx(0.1, abs=0.03)
        assert it.marks == ["generation-1", "generation-2"]


async def test_a_carrier_that_takes_nothing_any_more_is_given_up() -> None:
    async with sending() as it:
        it.phone.takes.clear()
        began = now()
        it.reply(SECOND)
        with pytest.raises(TimeoutError):
            await it.task
        assert now() - began == pytest.approx(SEND_TIMEOUT_S)


async def test_a_mark_tells_once_how_late_it_was() -> None:
    async with sending(marks=False) as it:
        it.reply(SECOND)
        await asyncio.sleep(1.15)
        assert it.line.mark_returned("generation-1") == pytest.approx(0.15, abs=0.001)
        assert it.line.mark_returned("generation-1") is None
