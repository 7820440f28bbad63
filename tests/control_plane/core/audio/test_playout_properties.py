"""What holds of the playout for any sizes, times and one pause."""

from dataclasses import dataclass, field

from hypothesis import given, settings
from hypothesis import strategies as st

from control_plane.core.audio.frames import FRAME_BYTES, SAMPLE_RATE
from control_plane.core.audio.line import ticks
from control_plane.core.audio.playout import Playout

WORDS = "Buenos días, ¿hablo con la señora Ana? Le llamo por su pedido. "


@dataclass
class Shell:
    """Feeds and empties a playout as a media session does, and keeps what went over the wire."""

    playout: Playout = field(default_factory=Playout)
    now: float = 100.0
    messages: list[bytes] = field(default_factory=list)
    recorded: bytes = b""
    text: str = ""

    def pump(self) -> None:
        while (message := self.playout.due(self.now)) is not None:
            self.messages.append(message)
        self.recorded += self.playout.outbound(self.now)
        heard = self.playout.heard(self.now)
        assert self.text.startswith(heard)
        assert self.playout.played_s(self.now) >= 0

    def sleep(self, length: float) -> None:
        """Wake whenever the playout wants to, and at the end."""
        until = self.now + length
        while (wake_at := self.playout.wake_at) is not None and wake_at <= until:
            self.now = max(self.now, wake_at)
            self.pump()
        self.now = until
        self.pump()


Script = list[tuple[int, int, bool, float]]
"""Bytes of audio, letters in it, whether with times, seconds until the next piece."""

pieces = st.lists(st.tuples(st.integers(0, 9000), st.integers(0, 9), st.booleans(), st.floats(0, 0.7)), max_size=10)


def fed(shell: Shell, script: Script, counter: int = 0) -> bytes:
    """Adds each piece, then lets its time pass; the whole audio. Bytes count up, so that any shift shows."""
    whole = b""
    for length, letters, exact, wait in script:
        audio = bytes((counter + n) // 7 % 249 for n in range(length))
        counter += length
        at = len(shell.text) % len(WORDS)
        text = WORDS[at : at + letters]
        starts = tuple(length // 8 * n // len(text) for n in range(len(text))) if exact else ()
        whole += audio
        shell.text += text
        shell.playout.add(audio, text, starts_ms=starts)
        shell.sleep(wait)
    return whole


def padded(audio: bytes) -> bytes:
    return audio + b"\xff" * (-len(audio) % FRAME_BYTES)


@settings(deadline=None, max_examples=50)
@given(pieces)
def test_everything_is_sent_once_in_whole_frames_and_recorded_without_a_gap(
    script: Script,
) -> None:
    shell = Shell()
    shell.playout.start_clock(shell.now)
    whole = fed(shell, script)
    shell.playout.finish()
    shell.sleep(sum(length for length, *_ in script) / SAMPLE_RATE + 1)
    assert all(message and len(message) % FRAME_BYTES == 0 for message in shell.messages)
    assert b"".join(shell.messages) == padded(whole)
    assert len(shell.recorded) == ticks(shell.now - 100) // FRAME_BYTES * FRAME_BYTES
    assert shell.playout.finished(shell.now)
    assert shell.playout.heard(shell.now) == (shell.text.rstrip() if whole else "")


@settings(deadline=None, max_examples=50)
@given(pieces, pieces, pieces, st.floats(0, 3))
def test_after_a_pause_only_the_end_of_what_was_sent_is_sent_again(
    before: Script,
    meanwhile: Script,
    after: Script,
    silence: float,
) -> None:
    shell = Shell()
    shell.playout.start_clock(shell.now)
    whole = fed(shell, before)
    played = round(shell.playout.played_s(shell.now) * SAMPLE_RATE)
    heard = shell.playout.heard(shell.now)
    shell.playout.pause(shell.now)
    already = b"".join(shell.messages)
    shell.messages.clear()
    whole += fed(shell, meanwhile, len(whole))
    shell.sleep(silence)
    assert not shell.messages
    assert shell.text.startswith(shell.playout.heard(shell.now))
    shell.playout.resume(shell.now)
    whole += fed(shell, after, len(whole))
    shell.playout.finish()
    shell.sleep(len(whole) / SAMPLE_RATE + 1)

    again = b"".join(shell.messages)
    resumed_at = len(padded(whole)) - len(again)
    assert already == padded(whole)[: len(already)]
    assert again == padded(whole)[resumed_at:]
    assert resumed_at % FRAME_BYTES == 0
    assert resumed_at <= played
    assert shell.text.startswith(heard)
    assert all(message and len(message) % FRAME_BYTES == 0 for message in shell.messages)
    assert len(shell.recorded) == ticks(shell.now - 100) // FRAME_BYTES * FRAME_BYTES


@settings(deadline=None, max_examples=30)
@given(st.lists(st.integers(1, 4000), min_size=1, max_size=30), st.lists(st.floats(0, 0.05), min_size=1, max_size=400))
def test_with_a_busy_shell_the_ear_still_gets_the_reply_in_order(sizes: list[int], naps: list[float]) -> None:
    shell = Shell()
    shell.playout.start_clock(shell.now)
    whole = bytes(n // 7 % 249 for n in range(sum(sizes)))
    begin = 0
    for size in sizes:
        shell.playout.add(whole[begin : begin + size])
        begin += size
    shell.playout.finish()
    for nap in naps:
        shell.now += nap
        shell.pump()
    shell.sleep(len(whole) / SAMPLE_RATE + 1)
    # Naps stay far under the lead, so there is no underrun: the ear got the audio in one piece.
    assert padded(whole) in shell.recorded
