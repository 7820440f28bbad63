"""The conversation side of one call: brings stream, ear, voice, memory and recording together as the mode needs."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from control_plane.core.bot import Bot
from control_plane.core.call.events import (
    CallerTranscribed,
    CallEvent,
    CommandFailed,
    DigitReceived,
    SpeechPlayed,
)
from control_plane.core.dialogue import Dialogue
from control_plane.core.turn.events import DigitPressed, FinalHeard, InterimHeard, TurnEvent
from control_plane.core.turn.machine import TurnMachine
from control_plane.core.turn.policy import TurnPolicy
from control_plane.observability.logging import get_logger
from control_plane.observability.metrics import Metrics
from control_plane.ports.brain import Brain
from control_plane.ports.infrastructure import BlobStore, Clock
from control_plane.ports.stores import CallRecord, CallStore, StoreUnavailable
from control_plane.ports.voice import TextToSpeech, VoiceOptions
from control_plane.services.cache.service import CacheService
from control_plane.services.calls.ears import CallEar, EarKeeper
from control_plane.services.calls.opening import Opener, Opening
from control_plane.services.calls.recording import CallRecording
from control_plane.services.conversation.carrier_mouth import CarrierMouth
from control_plane.services.conversation.conversation import Conversation, ConversationParts
from control_plane.services.conversation.manners import manners
from control_plane.services.conversation.memory import remembered
from control_plane.services.conversation.mouth import Mouth
from control_plane.services.conversation.reply import ReplyWriter
from control_plane.services.conversation.tools import toolbox
from control_plane.services.conversation.turn_log import TurnLog, TurnLogParts
from control_plane.services.media.recorder import Recorder
from control_plane.services.media.spoken_audio import SpokenAudio
from control_plane.services.media.spool import Spool
from control_plane.services.media.stream import MediaStream
from control_plane.services.media.stream_mouth import StreamMouth
from control_plane.services.media.voices import CallVoice
from control_plane.services.supervisor import Supervisor

log = get_logger("talk")

AFTER_UNKNOWN_TURNS: Final = 10_000
"""Where turns are numbered from when the earlier ones cannot be read, so that none of them is overwritten."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TalkParts:
    """What the conversation side of every call works with. A missing `tts` leaves the carrier's own voice."""

    brain: Brain
    tts: TextToSpeech | None
    store: CallStore
    blobs: BlobStore
    cache: CacheService
    clock: Clock
    metrics: Metrics
    supervisor: Supervisor
    turns: TurnLogParts
    spool: Spool | None
    """Where recordings grow; None when calls are not recorded."""
    transfer_number: str
    zone_of: Callable[[CallRecord], str]
    """IANA time zone of the contact."""
    ears: EarKeeper | None = None
    turn_policy: TurnPolicy = field(default_factory=TurnPolicy)
    """As the installation has it; a bot may differ."""


class CallTalk:
    """Everything of one call that is not its state machine. Lives as long as the call's actor."""

    def __init__(self, record: CallRecord, bot: Bot, *, parts: TalkParts, post: Callable[[CallEvent], None]) -> None:
        self.bot = bot
        self._call = record
        self._parts = parts
        self._post = post
        self._dialogue = Dialogue()
        self._begun = False
        self._closed = False
        self._turns = self._turn_log(0)
        self._stream: MediaStream | None = None
        self._conversation: Conversation | None = None
        self._carrier_mouth: CarrierMouth | None = None
        self._policy = manners(parts.turn_policy, bot)
        self._opener = Opener(record, bot, clock=parts.clock, zone_of=parts.zone_of)
        self._last_words = False
        self._recording = CallRecording(
            record, parts.spool, clock=parts.clock, blobs=parts.blobs, store=parts.store, metrics=parts.metrics
        )
        self.ear = CallEar(record, parts.ears, clock=parts.clock)
        options = VoiceOptions(
            providers=bot.providers.tts, voice=bot.voice, language=bot.language, model=bot.providers.tts_model
        )
        self._voice: CallVoice | None = None
        if parts.tts is not None:
            self._voice = CallVoice(parts.tts, options, cache=parts.cache, metrics=parts.metrics)

    # --- the media stream -------------------------------------------------------------------------

    def attach(self, stream: MediaStream) -> None:
        """A media stream has started; the conversation moves to it when the call's machine says so.

        An earlier one is ended: two sockets must not both speak for one caller. So is one that comes too late.
        """
        if self._closed:
            stream.end()
            return
        earlier, self._stream = self._stream, stream
        if earlier is not None:
            earlier.end()

    def detach(self, stream: MediaStream) -> None:
        if self._stream is stream:
            self._stream = None

    @property
    def is_eager(self) -> bool:
        """Whether words are wanted as soon as the caller falls silent."""
        return self._policy.watches_silence

    @property
    def listens(self) -> bool:
        """Whether an ear is worth having."""
        return self._opener.listens

    def perceive(self, event: TurnEvent) -> None:
        """From the media stream. Before the conversation begins and after it has ended nobody listens."""
        if self._conversation is not None and not self._last_words:
            self._conversation.perceive(event)

    def recorder(self) -> Recorder | None:
        """The recorder of the call, made when the first stream starts."""
        return None if self._closed else self._recording.recorder()

    # --- what the call's actor wants --------------------------------------------------------------

    def prepare(self) -> None:
        """While it rings: connect the voice, have the greeting ready, warm the model."""
        if self.listens:
            self._parts.supervisor.spawn(self._parts.brain.warm(), "warm brain")
        if self._voice is not None:
            self._parts.supervisor.spawn(self._voice.prepare(self._opener.ready), "prepare voice")

    async def start(self, *, stream: bool, resumed: bool) -> None:
        await self._end_conversation()
        self._carrier_mouth = None  # each conversation may need the spare one
        restored = resumed and await self._restore()
        self._open(self._opener.opening(resumed=restored), stream=stream)

    async def leave_message(self, *, stream: bool) -> None:
        await self._end_conversation()
        self._carrier_mouth = None
        await self._restore()
        self._open(self._opener.message(), stream=stream)

    def _open(self, opening: Opening, *, stream: bool) -> None:
        mouth = self._stream_mouth() if stream else self._make_carrier_mouth()
        if mouth is None:
            return  # the stream is gone again; its loss is already on its way to the machine
        if stream:
            log.info("Media stream started")
        self._conversation = Conversation(self._conversation_parts(), mouth)
        self._last_words = opening.then is not None
        self._conversation.say(opening.text, then=opening.then)

    async def stop(self) -> None:
        await self._end_conversation()

    async def _end_conversation(self) -> None:
        conversation, self._conversation = self._conversation, None
        if conversation is not None:
            conversation.close()
            await self._turns.settled()

    def deliver(self, event: CallEvent) -> None:
        """What the carrier reports by webhook."""
        match event:
            case CallerTranscribed(text=text, final=True):
                self.perceive(FinalHeard(text=text, ends_speech=True))
            case CallerTranscribed(text=text):
                self.perceive(InterimHeard(text=text))
            case DigitReceived(digit=digit):
                self.perceive(DigitPressed(digit=digit))
            case SpeechPlayed(completed=completed):
                if self._carrier_mouth is not None:
                    self._carrier_mouth.played(completed=completed)
            case CommandFailed():
                if self._carrier_mouth is not None:
                    self._carrier_mouth.refused()
            case _:
                log.error("nothing to deliver", kind=type(event).__name__)

    def say(self, text: str) -> bool:
        """Have the bot say this now; False when no conversation runs."""
        if self._conversation is None or self._last_words:
            return False
        self._conversation.say(text)
        return True

    async def aclose(self) -> None:
        """The call is over: turns stored, voice and stream closed, recording saved."""
        self._closed = True
        await self._end_conversation()
        self._carrier_mouth = None
        await self._turns.settled()
        if self._voice is not None:
            await self._voice.aclose()
        if self._stream is not None:
            await self._stream.aclose()
        await self._recording.save()
        await self.ear.keep()

    # --- assembly ---------------------------------------------------------------------------------

    async def _restore(self) -> bool:
        """Take up what was said before, also by a process that is no more; False when nothing was."""
        if self._begun:
            return True
        try:
            turns = await self._parts.store.turns(self._call.id)
        except StoreUnavailable as error:
            log.error("going on without memory", error=str(error))
            self._turns = self._turn_log(AFTER_UNKNOWN_TURNS)
            return False
        self._dialogue.restore(remembered(turn) for turn in turns)
        next_index = max((turn.index + 1 for turn in turns), default=0)
        self._turns = self._turn_log(next_index)
        return bool(turns)

    def _turn_log(self, next_index: int) -> TurnLog:
        call = self._call
        return TurnLog(call.id, self._parts.turns, tenant_id=call.tenant_id, next_index=next_index)

    def _stream_mouth(self) -> Mouth | None:
        if self._stream is None:
            return None
        if self._voice is None:
            return self._make_carrier_mouth()
        return StreamMouth(
            self._stream.line,
            self._voice,
            clock=self._parts.clock,
            supervisor=self._parts.supervisor,
            audible=self._audible,
        )

    def _make_carrier_mouth(self) -> CarrierMouth:
        audio = SpokenAudio(self._voice, self._parts.blobs) if self._voice is not None else None
        self._carrier_mouth = CarrierMouth(
            post=self._post,
            audio_url=audio.url if audio is not None else None,
            clock=self._parts.clock,
            audible=self._audible,
            language=self.bot.language,
        )
        return self._carrier_mouth

    def _spare_mouth(self) -> Mouth | None:
        """The carrier's own voice, once."""
        if self._carrier_mouth is not None:
            return None
        self._carrier_mouth = CarrierMouth(
            post=self._post,
            audio_url=None,
            clock=self._parts.clock,
            audible=self._audible,
            language=self.bot.language,
        )
        return self._carrier_mouth

    def _audible(self) -> None:
        self._begun = True
        if self._conversation is not None:
            self._conversation.agent_audible()

    def _conversation_parts(self) -> ConversationParts:
        parts = self._parts
        tools = toolbox(self.bot.tools, transfer_number=parts.transfer_number)
        writer = ReplyWriter(parts.brain, self.bot, tools=tools, tag=self._call.id, now=parts.clock.steady)
        return ConversationParts(
            bot=self.bot,
            dialogue=self._dialogue,
            machine=TurnMachine(self._policy),
            writer=writer,
            turns=self._turns,
            clock=parts.clock,
            metrics=parts.metrics,
            supervisor=parts.supervisor,
            post=self._post,
            spare_mouth=self._spare_mouth,
        )
