"""Hearing whether a caller is done: a judgement of the sound, not of the words."""

from typing import Final, Protocol

LISTENS_S: Final = 8.0
"""No more of the caller's latest sound than this is listened to."""


class EndOfTurnModel(Protocol):
    """One model for all calls of the process. Having no opinion is an answer, and a late opinion is none."""

    name: str
    """What it is and where it was found, for people."""

    async def judge(self, audio: bytes) -> float | None:
        """How finished the latest turn in this sound is, 0 to 1; None: no opinion, for it was too busy or
        too slow.

        `audio` is PCMU, 8 kHz, mono, and ends with the silence after which it is asked.
        """
        ...

    async def aclose(self) -> None: ...
