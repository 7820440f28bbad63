"""The paced outgoing audio of one leg, with the knowledge of which words were heard.

    add ──► waiting audio ──due(now)──► the carrier's queue ──► the caller's ear
            (this side)                 (`lead_s` at most)      played_s, heard, outbound

Times are seconds of one clock that never goes back, lengths seconds of audio, audio is PCMU.
"""

from collections.abc import Sequence
from typing import Final

from control_plane.core.audio.frames import FRAME_BYTES, SAMPLE_RATE, SILENCE, Encoding, seconds
from control_plane.core.audio.line import Line, ticks
from control_plane.core.audio.script import Script

LONGEST_MESSAGE_S: Final = 30.0
"""More than this in one message Telnyx refuses; less than one frame too."""
REWIND: Final = 2 * SAMPLE_RATE
"""How far back (bytes) a resumed reply may begin again; played audio is kept no longer."""


class Playout:
    """Sends one reply after the other, a little ahead of real time, in messages of whole frames.

    It knows what the ear has got because it knows when it sent what: the carrier plays a message when it comes or
    when the one before is over. After an underrun that clock begins again with the next message, so neither jitter
    nor a slow voice ever adds up. It talks to nobody: the shell sends what `due` answers, and `clear` with `pause`
    and `drop`.
    """

    def __init__(self, *, lead_s: float = 0.4, chunk_s: float = 0.2) -> None:
        """At most `lead_s` ahead of real time, in messages of about `chunk_s`, or of half the lead if that is less."""
        if not 0.02 <= chunk_s <= lead_s <= LONGEST_MESSAGE_S:
            raise ValueError("a message is at least 20 ms and fits into the lead, which is at most 30 s")
        self._lead = ticks(lead_s)
        self._chunk = max(FRAME_BYTES, _whole_frames(ticks(min(chunk_s, lead_s / 2))))
        self._line = Line()
        self.begin()

    def begin(self) -> None:
        """Start another reply; what was not sent of the one before is forgotten, what was sent plays on."""
        self._script = Script()
        self._audio = bytearray()
        self._base = 0
        """The byte of the reply with which `_audio` begins; what lies before was played and let go."""
        self._sent = 0
        """The byte of the reply that is sent next."""
        self._got = 0
        """The byte of the reply up to which the ear had got it when the reply was last paused."""
        self._paused = False
        self.complete = False
        """Whether `finish` was called."""
        self._verdict: str | None = None
        """What was heard of a dropped reply."""

    def add(self, audio: bytes, text: str = "", *, starts_ms: Sequence[int] = ()) -> None:
        """More of the reply: audio of any length, the characters in it, and when each begins (ms from its start).

        Without times the text is spread evenly over this audio and what follows without text. Ignored after `finish`
        and `drop`.
        """
        if self._verdict is None and not self.complete:
            self._audio += audio
            self._script.add(len(audio), text, starts_ms=starts_ms)

    def finish(self) -> None:
        """Nothing more will be added; the last frame is filled up with silence."""
        tail = len(self._audio) % FRAME_BYTES
        if tail:
            self._audio += SILENCE[Encoding.PCMU][tail:]
        self.complete = True

    def break_off(self) -> str:
        """The voice was lost in mid-reply: what is here is played up to its last whole word, and what another voice
        adds follows it. Answers the text up to there; the rest was never spoken.
        """
        if self._verdict is None:
            end = max(self._script.break_off(), self._sent)
            del self._audio[max(0, end - self._base) :]
            self._script.cut(self._base + len(self._audio))
        return self._script.text

    @property
    def paused(self) -> bool:
        return self._paused

    @property
    def covered(self) -> str:
        """The text of which there is audio, played or not."""
        return self._script.text

    def due(self, now: float) -> bytes | None:
        """The next message, to be sent now, or None: ask until then."""
        due_at = self._due_at()
        tick = ticks(now)
        if due_at is None or tick < due_at:
            return None
        ahead = self._line.unplayed(tick)
        begin = self._sent - self._base
        message = bytes(self._audio[begin : begin + _whole_frames(min(self._waiting, self._lead - ahead))])
        self._sent += len(message)
        self._line.send(tick, message)
        self._let_go(tick)
        return message

    @property
    def all_sent(self) -> bool:
        """Whether the reply is complete and the carrier has all of it: time for a mark."""
        return self.complete and not self._waiting and not self._paused and self._verdict is None

    @property
    def wake_at(self) -> float | None:
        """When `due` will next have a message (past: at once); None while there is no whole frame to send."""
        due_at = self._due_at()
        return None if due_at is None else due_at / SAMPLE_RATE

    @property
    def ends_at(self) -> float | None:
        """When all that is queued, here and at the carrier, will have been played if it is sent in time.

        None while paused and before anything of the reply was sent; a past time when it is over.
        """
        if self._paused or self._verdict is not None or not self._sent:
            return None
        return (self._line.end + self._waiting) / SAMPLE_RATE

    @property
    def buffered_s(self) -> float:
        """Audio that waits here: not sent, or to be sent again after a pause. Bound it by reading the voice slower."""
        return seconds(self._waiting)

    def played_s(self, now: float) -> float:
        """How much of the reply the ear has got; the part that is said again after a pause counts once."""
        return seconds(self._played(now))

    def remaining_s(self, now: float) -> float:
        """How much audio, of what was added, is still to be played."""
        if self._verdict is not None:
            return 0.0
        return seconds(self._waiting + min(self._sent, self._line.unplayed(ticks(now))))

    def heard(self, now: float) -> str:
        """The words heard so far, a prefix of the text: without a word of which less than half was played."""
        if self._verdict is not None:
            return self._verdict
        played = self._played(now)
        if played and self.finished(now):
            return self._script.text.rstrip()
        return self._script.heard(played)

    def finished(self, now: float) -> bool:
        """Whether the whole reply was played; a reply that was dropped never is."""
        return self.all_sent and ticks(now) >= self._line.end

    def pause(self, now: float) -> None:
        """Fall silent; the shell sends `clear`. What is added meanwhile waits."""
        if self._paused or self._verdict is not None:
            return
        self._got = self._played(now)
        self._line.clear(ticks(now))
        self._sent = self._rewound()
        self._paused = True

    def resume(self, now: float) -> None:
        """Go on with the unheard rest, from the beginning of the word that was cut (at most 2 s back).

        `now` stands here as the counterpart of `pause`: it is `due` that restarts the clock.
        """
        if self._paused:
            # Words that came during the pause may show better where the cut was.
            self._sent = self._rewound()
            self._paused = False

    def drop(self, now: float) -> str:
        """Forget the rest for good and answer what was heard; the shell sends `clear`."""
        heard = self.heard(now)
        if self._verdict is None:
            self.pause(now)
            self._verdict = heard
            self._audio.clear()
        return heard

    def start_clock(self, now: float) -> None:
        """Let `outbound` begin here."""
        self._line.listen(ticks(now))

    def outbound(self, now: float) -> bytes:
        """What the ear got since the last call, with silence where nothing played: gapless, in whole frames.

        The first call starts the clock unless `start_clock` did. Call it every few seconds: after a minute
        untaken audio becomes silence.
        """
        return self._line.take(ticks(now))

    @property
    def _waiting(self) -> int:
        """Bytes of the reply that are here and not sent."""
        return max(0, self._base + len(self._audio) - self._sent)

    def _due_at(self) -> int | None:
        """The tick from which the next message may be sent.

        A full message goes as soon as it fits under the lead; a smaller one only when the queue runs low, as the
        first of a reply does, for nothing is queued then.
        """
        if self._paused or self._waiting < FRAME_BYTES:
            return None
        full = self.complete or self._waiting >= self._chunk
        return self._line.end - (self._lead - self._chunk if full else self._chunk // 2)

    def _played(self, now: float) -> int:
        """The byte of the reply up to which the ear has got it."""
        return max(self._got, self._sent - self._line.unplayed(ticks(now)))

    def _rewound(self) -> int:
        """The frame in which the word begins that was cut, as far as its audio is still here."""
        return max(self._base, _whole_frames(self._script.resume_from(self._got)))

    def _let_go(self, tick: int) -> None:
        """Release audio that was played too long ago to be said again, a second at a time."""
        spare = _whole_frames(self._sent - self._line.unplayed(tick) - REWIND - self._base)
        if spare >= SAMPLE_RATE:
            del self._audio[:spare]
            self._base += spare


def _whole_frames(length: int) -> int:
    """That many bytes without the incomplete frame at the end."""
    return length - length % FRAME_BYTES
