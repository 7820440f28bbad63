"""A conversation with everything real but the outside world: brain, voice and telephone are fakes."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from control_plane.adapters.bus.memory import MemoryBus, Subscription
from control_plane.core.audio.playout import Playout
from control_plane.core.bot import Bot
from control_plane.core.call.events import CallEvent
from control_plane.core.dialogue import Dialogue
from control_plane.core.turn.events import FinalHeard, SpeechStarted, SpeechStopped
from control_plane.core.turn.machine import TurnMachine
from control_plane.core.turn.policy import TurnPolicy
from control_plane.observability.metrics import Metrics
from control_plane.ports.stores import TurnRecord
from control_plane.ports.voice import VoiceOptions
from control_plane.resources.bots import BOTS
from control_plane.services.conversation.conversation import Conversation, ConversationParts
from control_plane.services.conversation.mouth import Mouth
from control_plane.services.conversation.reply import ReplyWriter
from control_plane.services.conversation.tools import toolbox
from control_plane.services.conversation.turn_log import TurnLog, TurnLogParts
from control_plane.services.media.line import Line
from control_plane.services.media.socket import SocketClosed
from control_plane.services.media.stream_mouth import StreamMouth
from control_plane.services.media.voices import CallVoice
from control_plane.services.supervisor import Supervisor
from control_plane.testing.brains import FakeBrain
from control_plane.testing.carriers import PlainCodec
from control_plane.testing.voices import FakeTextToSpeech, FakeUtterance
from tests.caches import local_cache
from tests.telephones import Telephone
from tests.virtual_time import LoopClock, eventually

TOOLS = ("end_call", "transfer_call", "send_digits")
BOT: Bot = replace(BOTS[0], tools=TOOLS, keyterms=())


class TurnList:
    """The part of a CallStore that a conversation uses."""

    def __init__(self) -> None:
        self.kept: dict[int, TurnRecord] = {}

    async def save_turn(self, turn: TurnRecord) -> None:
        await asyncio.sleep(0.005)
        self.kept[turn.index] = turn


@dataclass(slots=True, kw_only=True)
class Talking:
    """A conversation in progress and all that it touches."""

    conversation: Conversation
    machine: TurnMachine
    brain: FakeBrain
    tts: FakeTextToSpeech
    phone: Telephone
    line: Line
    turns: TurnList
    dialogue: Dialogue
    metrics: Metrics
    heard_on_bus: Subscription
    clock: LoopClock
    voice: CallVoice
    posted: list[CallEvent] = field(default_factory=list)

    def hears(self, text: str) -> None:
        """The caller says this and falls silent."""
        self.conversation.perceive(SpeechStarted())
        self.conversation.perceive(SpeechStopped())
        self.conversation.perceive(FinalHeard(text=text, ends_speech=True))

    async def until_audible(self) -> None:
        """Audio of a reply has gone out that was not there before."""
        sent = len(self.phone.audio)
        await eventually(lambda: len(self.phone.audio) > sent)

    async def until_turns(self, count: int, *, within_s: float = 30.0) -> list[TurnRecord]:
        """All turns in order, once there are so many."""
        await eventually(lambda: len(self.turns.kept) >= count, within_s=within_s)
        return [self.turns.kept[index] for index in sorted(self.turns.kept)]

    def question(self) -> list[tuple[str, str]]:
        """(role, text) of what the brain was asked last."""
        return [(message.role, message.text) for message in self.brain.questions[-1].messages]

    @property
    def utterance(self) -> FakeUtterance:
        return self.tts.voices[-1].utterances[-1]

    def metric(self, name: str, **labels: str) -> float:
        return self.metrics.registry.get_sample_value(f"gateway_{name}", labels) or 0.0


@asynccontextmanager
async def talking(
    *replies: Any, bot: Bot = BOT, mouth: Mouth | None = None, spare: Mouth | None = None, **policy: Any
) -> AsyncIterator[Talking]:
    """A conversation of `bot` whose model gives these replies; `policy` are fields of TurnPolicy.

    It speaks over a stream unless another `mouth` is handed in; `spare` is used when that is lost.
    """
    clock, supervisor, metrics, bus = LoopClock(), Supervisor(), Metrics(version="test"), MemoryBus()
    brain, tts, phone, dialogue, turns = FakeBrain(*replies), FakeTextToSpeech(), Telephone(), Dialogue(), TurnList()
    line = Line(phone, PlainCodec(), playout=Playout(), clock=clock)
    posted: list[CallEvent] = []
    log_parts = TurnLogParts(
        store=turns,  # type: ignore[arg-type]
        bus=bus,
        clock=clock,
        metrics=metrics,
        supervisor=supervisor,
    )
    tools = toolbox(bot.tools, transfer_number="+573005550199")
    parts = ConversationParts(
        bot=bot,
        dialogue=dialogue,
        machine=TurnMachine(TurnPolicy(**{"reprompts": len(bot.phrases.reprompts), **policy})),
        writer=ReplyWriter(brain, bot, tools=tools, tag="call-1", now=clock.steady),
        turns=TurnLog("call-1", log_parts, tenant_id="default"),
        clock=clock,
        metrics=metrics,
        supervisor=supervisor,
        post=posted.append,
        spare_mouth=lambda: spare,
    )
    voice = CallVoice(tts, VoiceOptions(), cache=local_cache(clock), metrics=metrics)
    stream_mouth = StreamMouth(
        line, voice, clock=clock, supervisor=supervisor, audible=lambda: conversation.agent_audible()
    )
    conversation = Conversation(parts, mouth or stream_mouth)
    heard = bus.subscribe()
    supervisor.spawn(line.run(), "line")
    supervisor.spawn(_bring_marks(phone, line), "marks")
    yield Talking(
        conversation=conversation,
        machine=parts.machine,
        brain=brain,
        tts=tts,
        phone=phone,
        line=line,
        turns=turns,
        dialogue=dialogue,
        metrics=metrics,
        heard_on_bus=heard,
        clock=clock,
        voice=voice,
        posted=posted,
    )
    conversation.close()
    await supervisor.aclose()


async def _bring_marks(phone: Telephone, line: Line) -> None:
    """The little of a media stream that a conversation needs."""
    while True:
        try:
            message = await phone.receive()
        except SocketClosed:
            return
        verb, _, name = str(message).partition(" ")
        if verb == "mark":
            line.mark_returned(name)
