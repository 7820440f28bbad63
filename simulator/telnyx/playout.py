"""What is waiting to be played to the caller: a media stream's queue and a player of spoken and recorded sound."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from simulator.audio.levels import FRAME, SILENT_FRAME

_COMPACT: Final = 64 * 1024


class Playout:
    """The queue of one media stream. It drains 20 ms per call of `next_frame`, whoever fills it how fast.

    A mark is returned once all audio before it was played, or when it is cleared away.
    """

    def __init__(self, returned: Callable[[str], None]) -> None:
        self._returned = returned
        self._audio = bytearray()
        self._head = 0
        self._arrived = 0
        self._played = 0
        self._marks: deque[tuple[int, str]] = deque()
        self._messages: deque[tuple[int, float]] = deque()
        """Where each message ends, and when it came."""
        self.arrived_at: float | None = None
        """When the message came of which the last frame was."""
        self.finished = True
        """Nothing is queued, and the sender said so: its last audio was followed by a mark, or cleared."""

    @property
    def queued_s(self) -> float:
        return (len(self._audio) - self._head) / (FRAME * 50)

    def play(self, audio: bytes, at: float) -> None:
        self._audio += audio
        self._arrived += len(audio)
        self._messages.append((self._arrived, at))
        self.finished = False

    def mark(self, name: str) -> None:
        self._marks.append((self._arrived, name))

    def clear(self) -> None:
        """Stop at once; all waiting marks come back."""
        self._audio.clear()
        self._head = 0
        self._played = self._arrived
        self._messages.clear()
        self._return_marks()
        self.finished = True

    def next_frame(self) -> bytes | None:
        """The next 20 ms, or None when there is nothing; an odd rest is filled up with silence."""
        if self._marks:
            self._return_marks()
        if self._played == self._arrived:
            return None
        frame = bytes(memoryview(self._audio)[self._head : self._head + FRAME])
        while self._messages[0][0] <= self._played:
            self._messages.popleft()
        self.arrived_at = self._messages[0][1]
        self._head += len(frame)
        self._played += len(frame)
        if self._head > _COMPACT:
            del self._audio[: self._head]
            self._head = 0
        return frame if len(frame) == FRAME else frame + SILENT_FRAME[len(frame) :]

    def _return_marks(self) -> None:
        while self._marks and self._marks[0][0] <= self._played:
            _, name = self._marks.popleft()
            self._returned(name)
            if self._played == self._arrived:
                self.finished = True


@dataclass(slots=True, kw_only=True)
class Track:
    """One sound of `speak` or `playback_start`. `ended` is told the carrier's word for how it ended."""

    audio: bytes
    started: Callable[[], None]
    ended: Callable[[str], None]
    place: int = field(default=0)


class Player:
    """Plays one track after the other."""

    def __init__(self) -> None:
        self._tracks: deque[Track] = deque()
        self.idle = True
        """Nothing plays or waits."""

    def add(self, track: Track) -> None:
        self._tracks.append(track)
        self.idle = False

    def next_frame(self) -> bytes | None:
        """The next 20 ms, or None when there is nothing."""
        while self._tracks:
            track = self._tracks[0]
            if track.place == 0:
                track.started()
            frame = track.audio[track.place : track.place + FRAME]
            track.place += FRAME
            if frame:
                return frame + SILENT_FRAME[len(frame) :]
            self._tracks.popleft()
            self.idle = not self._tracks
            track.ended("completed")
        return None

    def stop(self, status: str, *, everything: bool = True) -> None:
        """Silence the playing track, or all. A track that had not begun ends without having started."""
        while self._tracks:
            track = self._tracks.popleft()
            self.idle = not self._tracks
            track.ended(status)
            if not everything:
                return
