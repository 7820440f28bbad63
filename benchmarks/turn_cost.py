"""The command `python -m benchmarks.turn_cost`: what one turn and one call cost the gateway's processor, by part.

Everything that is not done for every frame. Each part runs by itself in this process, many times, with the outside
world as fakes or, for the models, with the simulator as a process of its own; what is told is processor time of this
process, all threads, in milliseconds. Other programs on the machine make the figures a little larger, not much.
"""

import argparse
import asyncio
import cProfile
import json
import logging
import pstats
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import uvloop

from benchmarks.stack import free_port
from control_plane.adapters.brains.anthropic import AnthropicBrain
from control_plane.adapters.brains.openai import OpenAiBrain
from control_plane.adapters.bus.memory import MemoryBus
from control_plane.adapters.clock import SystemClock
from control_plane.core.call.events import LegAnswered, LegHungUp, MediaAttached, MediaDetached
from control_plane.core.dialogue import Dialogue, Message
from control_plane.core.turn.events import FinalHeard, InterimHeard, SpeechStarted, SpeechStopped
from control_plane.core.turn.machine import TurnMachine
from control_plane.core.turn.policy import TurnPolicy
from control_plane.core.turn.timing import Stage, TurnTiming
from control_plane.observability.logging import configure_logging
from control_plane.observability.metrics import Metrics
from control_plane.observability.providers import ProviderTimer, TimedBrain
from control_plane.observability.tracing import Tracing
from control_plane.ports.brain import Brain, Question
from control_plane.resources.bots import BOTS
from control_plane.services.calls.orders import CallOrder
from control_plane.services.conversation.conversation import Conversation, ConversationParts
from control_plane.services.conversation.reply import ReplyWriter
from control_plane.services.conversation.tools import toolbox
from control_plane.services.conversation.turn_log import TurnLog, TurnLogParts
from control_plane.services.fallback.brains import BrainChain
from control_plane.services.fallback.route import Route
from control_plane.services.gateway import Gateway
from control_plane.services.supervisor import Supervisor
from control_plane.settings import Settings
from control_plane.testing.brains import FakeBrain, says
from control_plane.testing.carriers import FakeCallControl, FakeWebhookReader, fake_carrier
from control_plane.testing.ears import FakeSpeechToText
from control_plane.testing.voices import FakeTextToSpeech
from control_plane.wiring import build_gateway

AT_ONCE: Final = 10
SENTENCE: Final = (
    "Claro que sí, con mucho gusto. Abrimos de lunes a sábado, de ocho a seis. ¿Quiere que le dé una cita?"
)
PIECES: Final = tuple(f"{word} " for word in SENTENCE.split())
QUESTION: Final = Question(system="Eres Ana. " * 100, messages=(Message(role="caller", text="¿A qué hora abren?"),))
HEARD: Final = ("¿A qué", "¿A qué hora", "¿A qué hora abren?")

Work = Callable[[], Awaitable[object]]


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.turn_cost", description="What a turn and a call cost.")
    parser.add_argument("--times", type=int, default=200)
    parser.add_argument("--part", default="", help="only the parts whose name begins so")
    parser.add_argument("--profile", action="store_true", help="and which functions take it")
    options = parser.parse_args()
    with TemporaryDirectory(prefix="turn-cost-") as folder, (Path(folder) / "log").open("wb") as log:
        configure_logging("INFO", stream=log)
        logging.raiseExceptions = False
        uvloop.run(_run(options, Path(folder)))
    return 0


async def _run(options: argparse.Namespace, folder: Path) -> None:
    parts = {"model": _models, "conversation": _conversation, "call": _calls}
    for name in [name for name in parts if name.startswith(options.part)]:
        async with parts[name](_made(folder / name)) as works:
            for title, work in works.items():
                await _measure(title, work, options=options)


async def _measure(title: str, work: Work, *, options: argparse.Namespace) -> None:
    await work()
    profiler = cProfile.Profile() if options.profile else None
    began = time.process_time()
    if profiler:
        profiler.enable()
    for _ in range(options.times // AT_ONCE):
        await asyncio.gather(*(work() for _ in range(AT_ONCE)))
    if profiler:
        profiler.disable()
    spent_ms = 1000 * (time.process_time() - began) / (options.times // AT_ONCE * AT_ONCE)
    print(f"{spent_ms:7.2f} ms  {title}", flush=True)
    if profiler:
        pstats.Stats(profiler).sort_stats("tottime").print_stats(30)


# --- the models, through the simulator --------------------------------------------------------------


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder


def _simulator() -> "subprocess.Popen[bytes]":
    command = [sys.executable, "-m", "simulator", "--gateway", "http://127.0.0.1:1", "--port", str(free_port())]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)


@asynccontextmanager
async def _models(_: Path) -> AsyncIterator[dict[str, Work]]:
    with _simulator() as simulator:
        assert simulator.stdout is not None
        world = json.loads(simulator.stdout.readline())
        brains: dict[str, Brain] = {
            "anthropic": AnthropicBrain(
                api_key=world["keys"]["anthropic_api_key"], base_url=world["anthropic_base_url"]
            ),
            "openai": OpenAiBrain(api_key=world["keys"]["openai_api_key"], base_url=world["openai_base_url"]),
        }
        works: dict[str, Work] = {f"one reply of {name}": _asking(brain) for name, brain in brains.items()}
        works["one reply of anthropic, through timer and chain"] = _asking(_chain(brains))
        try:
            yield works
        finally:
            for brain in brains.values():
                await brain.aclose()
            simulator.terminate()


def _chain(brains: dict[str, Brain]) -> Brain:
    metrics, clock, supervisor = Metrics(version="bench"), SystemClock(), Supervisor()
    timed = [
        (name, TimedBrain(brain, ProviderTimer(name, metrics=metrics, clock=clock, tracing=Tracing())))
        for name, brain in brains.items()
    ]
    return BrainChain(Route("brain", timed, clock=clock, metrics=metrics), spawn=supervisor.spawn, metrics=metrics)


def _asking(brain: Brain) -> Work:
    async def ask() -> object:
        return [event async for event in brain.answer(QUESTION)]

    return ask


# --- the conversation -------------------------------------------------------------------------------


class _Mouth:
    """Everything is heard as soon as it is said."""

    can_hold = True
    audible_until: float | None = None

    def __init__(self) -> None:
        self.conversation: Conversation | None = None
        self.finished = asyncio.Event()
        self._timing = TurnTiming()

    def release(self) -> None: ...

    async def begin(self, timing: TurnTiming, *, held: bool = False) -> None:
        self._timing = timing

    async def say(self, clause: str, *, keep: bool = False) -> None:
        now = asyncio.get_running_loop().time()
        if self._timing.at(Stage.FIRST_FRAME) is None and self.conversation is not None:
            for stage in (Stage.VOICE_ASKED, Stage.FIRST_AUDIO, Stage.FIRST_FRAME):
                self._timing.mark(stage, now)
            self.conversation.agent_audible()

    async def interject(self, text: str) -> bool:
        return False

    async def finish(self) -> None:
        self._timing.mark(Stage.VOICE_ENDED, asyncio.get_running_loop().time())
        self.finished.set()

    def pause(self) -> float:
        return 0.0

    def resume(self) -> None: ...

    def drop(self) -> str:
        return ""


@asynccontextmanager
async def _conversation(folder: Path) -> AsyncIterator[dict[str, Work]]:
    async with _gateway(folder) as gateway:
        call_id = (await gateway.desk.initiate(_order())).id
        yield {
            "one turn: understood, decided, written, kept (a model and a voice that cost nothing)": _turn(
                gateway, call_id
            )
        }


def _turn(gateway: Gateway, call_id: str) -> Work:
    clock, supervisor, metrics = SystemClock(), Supervisor(), Metrics(version="bench")
    bot = replace(BOTS[0], tools=("end_call",))
    log = TurnLogParts(store=gateway.calls, bus=MemoryBus(), clock=clock, metrics=metrics, supervisor=supervisor)
    tools = toolbox(bot.tools, transfer_number="")
    numbers = iter(range(10_000_000))

    async def turn() -> object:
        turns = TurnLog(call_id, log, tenant_id="default", next_index=next(numbers) * 10)
        mouth = _Mouth()
        parts = ConversationParts(
            bot=bot,
            dialogue=Dialogue(),
            machine=TurnMachine(TurnPolicy()),
            writer=ReplyWriter(FakeBrain(says(*PIECES)), bot, tools=tools, tag=call_id, now=clock.steady),
            turns=turns,
            clock=clock,
            metrics=metrics,
            supervisor=supervisor,
            post=lambda event: None,
            spare_mouth=lambda: None,
        )
        conversation = mouth.conversation = Conversation(parts, mouth)
        conversation.perceive(SpeechStarted())
        for text in HEARD:
            conversation.perceive(InterimHeard(text=text))
        conversation.perceive(SpeechStopped())
        conversation.perceive(FinalHeard(text=HEARD[-1], ends_speech=True))
        await mouth.finished.wait()
        await asyncio.sleep(0)  # until the reply is kept
        await turns.settled()
        conversation.close()
        return None

    return turn


# --- the call ---------------------------------------------------------------------------------------


@asynccontextmanager
async def _calls(folder: Path) -> AsyncIterator[dict[str, Work]]:
    async with _gateway(folder) as gateway:

        async def call() -> object:
            record = await gateway.desk.initiate(_order())
            live = gateway.desk.roster.find(record.id)
            assert live is not None
            live.post(LegAnswered(control_id=record.control_id))
            live.post(MediaAttached(stream_id="s"))
            await live.session.until(lambda call: call.state == "talking", timeout_s=5)
            live.post(MediaDetached(stream_id="s"))
            live.post(LegHungUp(cause="normal", source="callee", sip_code="200"))
            await live.session.until(lambda call: call.ended_at is not None, timeout_s=5)
            return None

        yield {"one call: dialled, answered, ended (a carrier that costs nothing)": call}


def _order() -> CallOrder:
    return CallOrder(tenant_id="default", number="+573005550101")


@asynccontextmanager
async def _gateway(folder: Path) -> AsyncIterator[Gateway]:
    settings = Settings(
        data_dir=folder / "var",
        database_url=f"sqlite:///{folder}/calls.db",
        webhook_base_url="https://gateway.example",
        telnyx_phone_number="+576015550100",
        auth_token="x" * 20,
        record_calls=False,
        max_calls=1000,
    )
    carrier = fake_carrier(name="telnyx", control=FakeCallControl(name="telnyx"), reader=FakeWebhookReader())
    fakes: dict[str, Any] = {"stt": FakeSpeechToText(), "tts": FakeTextToSpeech(), "brain": FakeBrain()}
    gateway = build_gateway(settings, carrier=carrier, **fakes)
    await gateway.start()
    try:
        yield gateway
    finally:
        await gateway.stop()


if __name__ == "__main__":
    sys.exit(main())
